from django.urls import path

from foundation.imports.api import views

urlpatterns = [
    path("imports/", views.BatchList.as_view(), name="import-list"),
    path("imports/<int:pk>/", views.BatchDetail.as_view(), name="import"),
    path("imports/<int:pk>/map/", views.BatchMap.as_view(), name="import-map"),
    path("imports/<int:pk>/rows/", views.BatchRows.as_view(), name="import-rows"),
    path("imports/<int:pk>/accept/", views.BatchAccept.as_view(), name="import-accept"),
    path("imports/<int:pk>/preview/", views.BatchPreview.as_view(), name="import-preview"),
    path("imports/<int:pk>/commit/", views.BatchCommit.as_view(), name="import-commit"),
    path("imports/<int:pk>/abandon/", views.BatchAbandon.as_view(), name="import-abandon"),
]
