from django.urls import path

from foundation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("profile/", views.profile, name="profile"),
    path("profile/secret/", views.change_secret, name="profile-secret"),
    path("profile/policy/", views.acknowledge, name="profile-policy"),
    path("badge/", views.badge_in, name="badge-in"),
    path("badge/switch/", views.badge_switch, name="badge-switch"),
    path("badge/out/", views.badge_out, name="badge-out"),
    path("badge/station/", views.bind_station, name="bind-station"),
]
