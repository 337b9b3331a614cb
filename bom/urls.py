"""Addresses of items, parts lists and their baselines."""

from django.urls import path

from bom import views

app_name = "bom"
urlpatterns = [
    path("items/", views.item_list, name="item-list"),
    path("items/new/", views.item_create, name="item-create"),
    path("items/<int:pk>/", views.item_record, name="item"),
    path("items/<int:pk>/edit/", views.item_edit, name="item-edit"),
    path("items/<int:pk>/where-used/", views.item_where_used, name="item-where-used"),
    path("items/<int:pk>/cost/", views.cost_set, name="cost-set"),
    path("items/<int:pk>/sources/add/", views.source_add, name="source-add"),
    path("items/<int:pk>/start-revision/", views.revision_start, name="revision-start"),
    path("sources/<int:pk>/withdraw/", views.source_withdraw, name="source-withdraw"),
    path("boms/", views.revision_list, name="revision-list"),
    path("boms/<int:pk>/", views.revision_record, name="revision"),
    path("boms/<int:pk>/structure/", views.revision_structure, name="revision-structure"),
    path("boms/<int:pk>/cost/", views.revision_cost, name="revision-cost"),
    path("boms/<int:pk>/compare/", views.revision_compare, name="revision-compare"),
    path("boms/<int:pk>/act/<slug:event>/", views.revision_act, name="revision-act"),
    path("boms/<int:pk>/lines/add/", views.line_add, name="line-add"),
    path("lines/<int:pk>/", views.line_edit, name="line-edit"),
    path("lines/<int:pk>/remove/", views.line_remove, name="line-remove"),
    path("boms/<int:pk>/tools/add/", views.tool_add, name="tool-add"),
    path("tools/<int:pk>/", views.tool_edit, name="tool-edit"),
    path("tools/<int:pk>/remove/", views.tool_remove, name="tool-remove"),
    path("baselines/", views.baseline_list, name="baseline-list"),
    path("baselines/propose/", views.baseline_propose, name="baseline-propose"),
    path("baselines/<int:pk>/", views.baseline_record, name="baseline"),
    path("baselines/<int:pk>/sign/<slug:side>/", views.baseline_sign, name="baseline-sign"),
    path("baselines/<int:pk>/withdraw/", views.baseline_withdraw, name="baseline-withdraw"),
]
