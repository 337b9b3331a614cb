from django.urls import path

from foundation.accounts import views
from foundation.accounts.views.review import access_review

app_name = "accounts"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/company/", views.provider_login, name="provider-login"),
    path("login/company/back/", views.provider_back, name="provider-back"),
    path("logout/", views.logout, name="logout"),
    path("profile/", views.profile, name="profile"),
    path("profile/secret/", views.change_secret, name="profile-secret"),
    path("profile/policy/", views.acknowledge, name="profile-policy"),
    path("profile/badge-lost/", views.badge_lost, name="badge-lost"),
    path("profile/factor/", views.factor_add, name="factor-add"),
    path("profile/factor/<int:pk>/remove/", views.factor_remove, name="factor-remove"),
    path("badge/", views.badge_in, name="badge-in"),
    path("badge/switch/", views.badge_switch, name="badge-switch"),
    path("badge/out/", views.badge_out, name="badge-out"),
    path("badge/secret/", views.badge_secret, name="badge-secret"),
    path("badge/station/", views.bind_station, name="bind-station"),
    path("users/", views.user_list, name="user-list"),
    path("users/new/", views.user_create, name="user-create"),
    path("users/<int:pk>/", views.user_record, name="user"),
    path("users/<int:pk>/role/", views.user_role, name="user-role"),
    path("users/<int:pk>/role/<int:assignment>/end/", views.role_end, name="role-end"),
    path("users/<int:pk>/badge/", views.user_badge, name="user-badge"),
    path("users/<int:pk>/badge/revoke/", views.badge_revoke, name="badge-revoke"),
    path("users/<int:pk>/badge/replace/", views.badge_replace, name="badge-replace"),
    path("users/<int:pk>/badge/test/", views.badge_test, name="badge-test"),
    path("users/<int:pk>/sessions/", views.user_sessions, name="user-sessions"),
    path("users/<int:pk>/login/", views.user_link, name="user-link"),
    path("badges/", views.badge_list, name="badge-list"),
    path("users/<int:pk>/secret/", views.user_secret, name="user-secret"),
    path("users/<int:pk>/retire/", views.user_retire, name="user-retire"),
    path("review/", access_review, name="access-review"),
    path("stations/", views.station_list, name="station-list"),
    path("stations/new/", views.station_create, name="station-create"),
    path("stations/<int:pk>/", views.station_record, name="station"),
    path("stations/<int:pk>/withdraw/", views.station_withdraw, name="station-withdraw"),
    path("stations/<int:pk>/token/", views.station_token, name="station-token"),
]
