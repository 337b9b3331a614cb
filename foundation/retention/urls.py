"""Addresses of keeping."""

from django.urls import path

from foundation.retention import views

app_name = "retention"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("rules/", views.rule_list, name="rule-list"),
    path("rules/new/", views.rule_set, name="rule-set"),
    path("rules/<int:pk>/end/", views.rule_end, name="rule-end"),
    path("legal-holds/", views.hold_list, name="hold-list"),
    path("legal-holds/new/", views.hold_place, name="hold-place"),
    path("legal-holds/<int:pk>/", views.hold_record, name="hold"),
    path("legal-holds/<int:pk>/lift/", views.hold_lift, name="hold-lift"),
    path("archives/", views.archive_list, name="archive-list"),
    path("archives/period/", views.period_archive, name="period-archive"),
    path("archives/<int:pk>/", views.archive_record, name="archive"),
    path("archives/<int:pk>/verify/", views.archive_verify, name="archive-verify"),
    path("archives/<int:pk>/file/", views.archive_download, name="archive-download"),
    path("record/<str:label>/<int:pk>/", views.record_keeping, name="record"),
    path("record/<str:label>/<int:pk>/archive/", views.record_archive, name="record-archive"),
    path("record/<str:label>/<int:pk>/end/", views.record_end, name="record-end"),
]
