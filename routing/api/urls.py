from django.urls import path

from routing.api.views import library, parts, revisions

app_name = "api-routing"
urlpatterns = [
    path("routing-revisions/", revisions.RevisionList.as_view(), name="revisions"),
    path("routing-revisions/<int:pk>/", revisions.RevisionDetail.as_view(), name="revision"),
    path("routing-revisions/<int:pk>/submit/", revisions.RevisionAct.as_view(verb="submit"), name="submit"),
    path("routing-revisions/<int:pk>/return/", revisions.RevisionAct.as_view(verb="return"), name="return"),
    path("routing-revisions/<int:pk>/retire/", revisions.RevisionAct.as_view(verb="retire"), name="retire"),
    path("routing-revisions/<int:pk>/discard/", revisions.RevisionAct.as_view(verb="discard"), name="discard"),
    path("routing-revisions/<int:pk>/problems/", revisions.Problems.as_view(), name="problems"),
    path("routing-revisions/<int:pk>/card/", revisions.CardPreview.as_view(), name="card-preview"),
    path("routing-revisions/<int:pk>/comparison/", revisions.Comparison.as_view(), name="comparison"),
    path("routing-revisions/<int:pk>/graph/", revisions.Graph.as_view(), name="graph"),
    path("routing-revisions/<int:pk>/operations/", parts.Operations.as_view(), name="operations"),
    path("routing-operations/<int:pk>/", parts.OneOperation.as_view(), name="operation"),
    path("routing-operations/<int:pk>/steps/", parts.Steps.as_view(), name="steps"),
    path("routing-operations/<int:pk>/materials/", parts.Materials.as_view(), name="materials"),
    path("routing-operations/<int:pk>/intermediates/", parts.Intermediates.as_view(), name="intermediates"),
    path("routing-steps/<int:pk>/", parts.OneStep.as_view(), name="step"),
    path("routing-steps/<int:pk>/parameter/", parts.StepParameter.as_view(), name="step-parameter"),
    path("routing-materials/<int:pk>/", parts.Removal.as_view(), name="material"),
    path("routing-intermediates/<int:pk>/", parts.IntermediateRemoval.as_view(), name="intermediate"),
    path("parameter-definitions/", library.Definitions.as_view(), name="definitions"),
    path("parameter-definitions/<int:pk>/", library.OneDefinition.as_view(), name="definition"),
    path("parameter-definitions/<int:pk>/where-used/", library.WhereUsed.as_view(), name="where-used"),
    path("process-cards/", library.Cards.as_view(), name="cards"),
    path("process-cards/<int:pk>/", library.OneCard.as_view(), name="process-card"),
]
