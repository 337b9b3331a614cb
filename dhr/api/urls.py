"""Addresses of the batch records' API."""

from django.urls import path

from dhr.api import views

urlpatterns = [
    path("batch-records/", views.RecordList.as_view(), name="batch-record-list"),
    path("batch-records/<int:pk>/", views.RecordDetail.as_view(), name="batch-record-detail"),
    path("batch-records/<int:pk>/content/", views.RecordContent.as_view(), name="batch-record-content"),
    path("batch-records/<int:pk>/review/", views.RecordReview.as_view(), name="batch-record-review"),
    path("batch-records/<int:pk>/reopen/", views.RecordReopen.as_view(), name="batch-record-reopen"),
    path("batch-records/<int:pk>/release/", views.RecordRelease.as_view(), name="batch-record-release"),
    path("batch-records/<int:pk>/package/", views.RecordPackage.as_view(), name="batch-record-package"),
    path("packages/<str:sha256>/", views.PackageDownload.as_view(), name="package-download"),
]
