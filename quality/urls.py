"""Addresses of quality."""

from django.urls import path

from quality.views import assessments, deviations, inspections, nonconformances

app_name = "quality"
urlpatterns = [
    path("inspections/", inspections.inspection_list, name="inspection-list"),
    path("nonconformances/", nonconformances.nonconformance_list, name="nonconformance-list"),
    path("nonconformances/by-id/<int:pk>/", nonconformances.nonconformance_by_id, name="nonconformance-by-id"),
    path("nonconformances/<str:number>/", nonconformances.nonconformance_detail, name="nonconformance"),
    path("nonconformances/<str:number>/cause/", nonconformances.nonconformance_cause, name="nonconformance-cause"),
    path("nonconformances/<str:number>/decide/", nonconformances.nonconformance_decide, name="nonconformance-decide"),
    path("nonconformances/<str:number>/close/", nonconformances.nonconformance_close, name="nonconformance-close"),
    path("dispositions/<int:pk>/execute/", nonconformances.disposition_execute, name="disposition-execute"),
    path("deviations/", deviations.deviation_list, name="deviation-list"),
    path("deviations/by-id/<int:pk>/", deviations.deviation_by_id, name="deviation-by-id"),
    path("deviations/<str:number>/", deviations.deviation_detail, name="deviation"),
    path("deviations/<str:number>/decide/", deviations.deviation_decide, name="deviation-decide"),
    path("deviations/<str:number>/close/", deviations.deviation_close, name="deviation-close"),
    path("gauge-assessments/", assessments.assessment_list, name="assessment-list"),
    path("gauge-assessments/by-id/<int:pk>/", assessments.assessment_by_id, name="assessment-by-id"),
    path("gauge-assessments/<str:number>/", assessments.assessment_detail, name="assessment"),
    path("gauge-assessments/<str:number>/decide/", assessments.assessment_decide, name="assessment-decide"),
]
