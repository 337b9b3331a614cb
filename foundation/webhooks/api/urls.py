from django.urls import path

from foundation.webhooks.api import views

urlpatterns = [
    path("webhook-events/", views.Events.as_view(), name="webhook-event-list"),
    path("webhook-endpoints/", views.Endpoints.as_view(), name="webhook-endpoint-list"),
    path("webhook-endpoints/<int:pk>/", views.OneEndpoint.as_view(), name="webhook-endpoint"),
    path("webhook-endpoints/<int:pk>/act/", views.EndpointAct.as_view(), name="webhook-endpoint-act"),
    path("webhook-endpoints/<int:pk>/rotate/", views.EndpointRotate.as_view(), name="webhook-endpoint-rotate"),
    path("webhook-endpoints/<int:pk>/deliveries/", views.Deliveries.as_view(), name="webhook-delivery-list"),
    path("webhook-deliveries/<int:pk>/redeliver/", views.Redeliver.as_view(), name="webhook-delivery-redeliver"),
]
