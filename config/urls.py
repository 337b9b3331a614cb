"""Every address. Each app's own are in its urls.py."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("config.portal.urls")),
    path("accounts/", include("foundation.accounts.urls")),
    path("", include("foundation.files.urls")),
    path("", include("routing.urls")),
    path("imports/", include("foundation.imports.urls")),
    path("definition/", include("bom.urls")),
    path("", include("changecontrol.urls")),
    path("api/v1/", include("changecontrol.api.urls")),
    path("prints/", include("foundation.printing.urls")),
    path("alerts/", include("foundation.alerts.urls")),
    path("webhooks/", include("foundation.webhooks.urls")),
    path("inventory/", include("resources.inventory.urls")),
    path("equipment/", include("resources.equipment.urls")),
    path("personnel/", include("resources.personnel.urls")),
    path("verify/", include("foundation.records.urls")),
    path("keeping/", include("foundation.retention.urls")),
    path("api/v1/", include("config.api")),
    path("quality/", include("quality.urls")),
    path("batch-records/", include("dhr.urls")),
    path("", include("shopfloor.urls")),
]

handler400 = "config.portal.views.bad_request"
handler403 = "config.portal.views.permission_denied"
handler404 = "config.portal.views.not_found"
handler500 = "config.portal.views.server_error"
