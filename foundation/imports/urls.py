"""Addresses of imports."""

from django.urls import path

from foundation.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.batch_list, name="batch-list"),
    path("new/", views.upload, name="upload"),
    path("<int:pk>/progress/<int:job_id>/", views.progress, name="progress"),
    path("<int:pk>/map/", views.map_batch, name="map"),
    path("<int:pk>/read-again/", views.read_again, name="read-again"),
    path("<int:pk>/review/", views.review, name="review"),
    path("<int:pk>/review/act/", views.row_act, name="row-act"),
    path("<int:pk>/review/add/", views.add, name="add-row"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/commit/", views.commit, name="commit"),
    path("<int:pk>/abandon/", views.batch_abandon, name="abandon"),
]
