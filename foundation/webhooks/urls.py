from django.urls import path

from foundation.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("", views.endpoint_list, name="endpoint-list"),
    path("new/", views.endpoint_create, name="endpoint-create"),
    path("events/", views.event_list, name="event-list"),
    path("endpoints/<int:pk>/", views.endpoint_record, name="endpoint"),
    path("endpoints/<int:pk>/change/", views.endpoint_change, name="endpoint-change"),
    path("endpoints/<int:pk>/rotate/", views.endpoint_rotate, name="endpoint-rotate"),
    path("endpoints/<int:pk>/pause/", views.endpoint_pause, name="endpoint-pause"),
    path("endpoints/<int:pk>/resume/", views.endpoint_resume, name="endpoint-resume"),
    path("endpoints/<int:pk>/end/", views.endpoint_end, name="endpoint-end"),
    path("endpoints/<int:pk>/ping/", views.endpoint_ping, name="endpoint-ping"),
    path("endpoints/<int:pk>/redeliver/", views.endpoint_redeliver, name="endpoint-redeliver"),
    path("endpoints/<int:pk>/deliveries/", views.delivery_list, name="delivery-list"),
    path("deliveries/<int:pk>/", views.delivery_record, name="delivery"),
    path("deliveries/<int:pk>/redeliver/", views.delivery_redeliver, name="delivery-redeliver"),
]
