from django.urls import path

from routing.api.views import library, parts, revisions

urlpatterns = [
    path("routing-revisions/", revisions.RevisionList.as_view(), name="routing-revisions"),
    path("routing-revisions/<int:pk>/", revisions.RevisionDetail.as_view(), name="routing-revision"),
    path("routing-revisions/<int:pk>/submit/", revisions.RevisionAct.as_view(verb="submit"), name="routing-submit"),
    path("routing-revisions/<int:pk>/return/", revisions.RevisionAct.as_view(verb="return"), name="routing-return"),
    path("routing-revisions/<int:pk>/retire/", revisions.RevisionAct.as_view(verb="retire"), name="routing-retire"),
    path("routing-revisions/<int:pk>/discard/", revisions.RevisionAct.as_view(verb="discard"), name="routing-discard"),
    path("routing-revisions/<int:pk>/problems/", revisions.Problems.as_view(), name="routing-problems"),
    path("routing-revisions/<int:pk>/card/", revisions.CardPreview.as_view(), name="routing-card-preview"),
    path("routing-revisions/<int:pk>/comparison/", revisions.Comparison.as_view(), name="routing-comparison"),
    path("routing-revisions/<int:pk>/graph/", revisions.Graph.as_view(), name="routing-graph"),
    path("routing-revisions/<int:pk>/operations/", parts.Operations.as_view(), name="routing-operations"),
    path("routing-operations/<int:pk>/", parts.OneOperation.as_view(), name="routing-operation"),
    path("routing-operations/<int:pk>/steps/", parts.Steps.as_view(), name="routing-steps"),
    path("routing-operations/<int:pk>/materials/", parts.Materials.as_view(), name="routing-materials"),
    path("routing-operations/<int:pk>/intermediates/", parts.Intermediates.as_view(), name="routing-intermediates"),
    path("routing-steps/<int:pk>/", parts.OneStep.as_view(), name="routing-step"),
    path("routing-steps/<int:pk>/parameter/", parts.StepParameter.as_view(), name="routing-step-parameter"),
    path("routing-materials/<int:pk>/", parts.Removal.as_view(), name="routing-material"),
    path("routing-intermediates/<int:pk>/", parts.IntermediateRemoval.as_view(), name="routing-intermediate"),
    path("parameter-definitions/", library.Definitions.as_view(), name="routing-definitions"),
    path("parameter-definitions/<int:pk>/", library.OneDefinition.as_view(), name="routing-definition"),
    path("parameter-definitions/<int:pk>/where-used/", library.WhereUsed.as_view(), name="routing-where-used"),
    path("process-cards/", library.Cards.as_view(), name="routing-cards"),
    path("process-cards/<int:pk>/", library.OneCard.as_view(), name="routing-process-card"),
]
