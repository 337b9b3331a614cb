from django.urls import path

from bom.api.views import baselines, items, lines, revisions

urlpatterns = [
    path("items/", items.ItemList.as_view(), name="item-list"),
    path("items/<int:pk>/", items.ItemDetail.as_view(), name="item"),
    path("items/<int:pk>/costs/", items.ItemCosts.as_view(), name="item-costs"),
    path("items/<int:pk>/sources/", items.ItemSources.as_view(), name="item-sources"),
    path("items/<int:pk>/where-used/", items.ItemWhereUsed.as_view(), name="item-where-used"),
    path("boms/", revisions.RevisionList.as_view(), name="bom-list"),
    path("boms/<int:pk>/", revisions.RevisionDetail.as_view(), name="bom"),
    path("boms/<int:pk>/submit/", revisions.RevisionSubmit.as_view(), name="bom-submit"),
    path("boms/<int:pk>/return/", revisions.RevisionReturn.as_view(), name="bom-return"),
    path("boms/<int:pk>/retire/", revisions.RevisionRetire.as_view(), name="bom-retire"),
    path("boms/<int:pk>/problems/", revisions.RevisionProblems.as_view(), name="bom-problems"),
    path("boms/<int:pk>/explosion/", revisions.RevisionExplosion.as_view(), name="bom-explosion"),
    path("boms/<int:pk>/cost/", revisions.RevisionCost.as_view(), name="bom-cost"),
    path("boms/<int:pk>/comparison/", revisions.RevisionComparison.as_view(), name="bom-comparison"),
    path("boms/<int:pk>/lines/", lines.RevisionLines.as_view(), name="bom-lines"),
    path("bom-lines/<int:pk>/", lines.Line.as_view(), name="bom-line"),
    path("boms/<int:pk>/tools/", lines.RevisionTools.as_view(), name="bom-tools"),
    path("bom-tools/<int:pk>/", lines.Tool.as_view(), name="bom-tool"),
    path("baselines/", baselines.BaselineList.as_view(), name="baseline-list"),
    path("baselines/<int:pk>/", baselines.BaselineDetail.as_view(), name="baseline"),
    path("baselines/<int:pk>/sign/", baselines.BaselineSign.as_view(), name="baseline-sign"),
    path("baselines/<int:pk>/withdraw/", baselines.BaselineWithdraw.as_view(), name="baseline-withdraw"),
]
