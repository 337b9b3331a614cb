from django.urls import path

from changecontrol.api import views

app_name = "api-changecontrol"
urlpatterns = [
    path("change-requests/", views.Changes.as_view(), name="changes"),
    path("change-requests/<int:pk>/", views.OneChange.as_view(), name="change"),
    path("change-requests/<int:pk>/content/", views.Content.as_view(), name="content"),
    path("change-requests/<int:pk>/affected/", views.Affected.as_view(), name="affected"),
    path("change-requests/<int:pk>/affected/<int:affected>/", views.OneAffected.as_view(), name="one-affected"),
    path("change-requests/<int:pk>/impact/", views.Impact.as_view(), name="impact"),
    path("change-requests/<int:pk>/impact/compute/", views.ComputeImpact.as_view(), name="compute"),
    path("change-requests/<int:pk>/judgements/", views.Judgements.as_view(), name="judgements"),
    path("change-requests/<int:pk>/orders/", views.Orders.as_view(), name="orders"),
    *(
        path(f"change-requests/<int:pk>/{verb}/", views.ChangeAct.as_view(verb=verb), name=verb)
        for verb in ("submit", "withdraw", "reopen", "implement", "close")
    ),
    *(
        path(f"change-requests/<int:pk>/{verb}/", views.ChangeSign.as_view(verb=verb), name=verb)
        for verb in ("approve", "refuse")
    ),
    path("effectivities/", views.Effectivities.as_view(), name="effectivities"),
    path("items/<int:item>/effective-card/", views.EffectiveCard.as_view(), name="effective-card"),
]
