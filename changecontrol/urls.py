from django.urls import path, register_converter
from django.urls.converters import StringConverter

from changecontrol.views import changes, effectivity, impact


class Act(StringConverter):
    regex = "submit|withdraw|reopen|close|implement"


class Sign(StringConverter):
    regex = "approve|refuse"


register_converter(Act, "change_act")
register_converter(Sign, "change_sign")

app_name = "changecontrol"
urlpatterns = [
    path("changes/", changes.change_list, name="change-list"),
    path("changes/raise/", changes.raise_change, name="raise"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("changes/<int:pk>/edit/", changes.edit_change, name="edit"),
    path("changes/<int:pk>/comparison/", changes.comparison, name="comparison"),
    path("changes/<int:pk>/drafts/", changes.add_draft, name="add-draft"),
    path("changes/<int:pk>/drafts/<int:affected>/remove/", changes.remove_draft, name="remove-draft"),
    path("changes/<int:pk>/orders/", changes.decide_order, name="decide-order"),
    path("changes/<int:pk>/impact/", impact.impact, name="impact"),
    path("changes/<int:pk>/impact/judge/", impact.judge, name="judge"),
    path("changes/<int:pk>/impact/compute/", impact.compute, name="compute"),
    path("changes/<int:pk>/impact/add/", impact.add, name="add-impact"),
    path("changes/<int:pk>/act/<change_act:verb>/", changes.act, name="act"),
    path("changes/<int:pk>/sign/<change_sign:verb>/", changes.sign, name="sign"),
    path("effectivity/", effectivity.effectivity_list, name="effectivity-list"),
]
