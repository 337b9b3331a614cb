"""Addresses of batch records."""

from django.urls import path

from dhr.views import acts, packages, pages

app_name = "dhr"
urlpatterns = [
    path("", pages.record_list, name="record-list"),
    path("by-id/<int:pk>/", pages.record_by_id, name="record-by-id"),
    path("<str:number>/", pages.record_overview, name="record"),
    path("<str:number>/operations/", pages.record_operations, name="record-operations"),
    path("<str:number>/materials/", pages.record_materials, name="record-materials"),
    path("<str:number>/trail/", pages.record_trail, name="record-trail"),
    path("<str:number>/packages/", packages.record_packages, name="record-packages"),
    path("<str:number>/packages/<int:job_id>/progress/", packages.package_progress, name="package-progress"),
    path("<str:number>/packages/<str:sha256>.zip", packages.package_download, name="package-download"),
    path("<str:number>/review/", acts.record_review, name="record-review"),
    path("<str:number>/reopen/", acts.record_reopen, name="record-reopen"),
    path("<str:number>/release/", acts.record_release, name="record-release"),
    path("<str:number>/addendum/", acts.record_addendum, name="record-addendum"),
]
