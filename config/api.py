"""/api/v1/: every app's API in one place, with its OpenAPI description."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    path("", include("foundation.alerts.api.urls")),
    path("", include("foundation.webhooks.api.urls")),
    path("", include("foundation.printing.api.urls")),
    path("", include("foundation.files.api.urls")),
    path("", include("resources.inventory.api.urls")),
    path("", include("resources.equipment.api.urls")),
    path("", include("resources.personnel.api.urls")),
    path("", include("quality.api.urls")),
    path("", include("dhr.api.urls")),
    path("", include("shopfloor.api.urls")),
    path("", include("routing.api.urls")),
    path("", include("foundation.imports.api.urls")),
    path("", include("bom.api.urls")),
]
