"""Addresses of quality's API."""

from django.urls import path

from quality.api import views

urlpatterns = [
    path("nonconformances/", views.NonconformanceList.as_view(), name="nonconformance-list"),
    path("nonconformances/<int:pk>/", views.NonconformanceDetail.as_view(), name="nonconformance-detail"),
    path("nonconformances/<int:pk>/cause/", views.NonconformanceCause.as_view(), name="nonconformance-cause"),
    path("nonconformances/<int:pk>/dispositions/", views.NonconformanceDecide.as_view(), name="nonconformance-decide"),
    path("nonconformances/<int:pk>/close/", views.NonconformanceClose.as_view(), name="nonconformance-close"),
    path("dispositions/<int:pk>/execute/", views.DispositionExecute.as_view(), name="disposition-execute"),
    path("deviations/", views.DeviationList.as_view(), name="deviation-list"),
    path("deviations/<int:pk>/", views.DeviationDetail.as_view(), name="deviation-detail"),
    path("deviations/<int:pk>/decide/", views.DeviationDecide.as_view(), name="deviation-decide"),
    path("deviations/<int:pk>/close/", views.DeviationClose.as_view(), name="deviation-close"),
    path("gauge-assessments/", views.AssessmentList.as_view(), name="assessment-list"),
    path("gauge-assessments/<int:pk>/", views.AssessmentDetail.as_view(), name="assessment-detail"),
    path("gauge-assessments/<int:pk>/decide/", views.AssessmentDecide.as_view(), name="assessment-decide"),
    path("inspections/", views.InspectionList.as_view(), name="inspection-list"),
]
