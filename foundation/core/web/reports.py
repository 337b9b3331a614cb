"""What an error report may hold: never a secret, whichever view failed and whether it said so or not."""

from __future__ import annotations

from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Names of form fields, of variables in our own code, and of JSON keys of the API.
SECRET_NAMES = frozenset(
    {
        "secret",
        "present",
        "password",
        "pin",
        "code",
        "factor",
        "token",
        "credentials",
        "own_secret",
        "given",
        "entered",
        "cleaned",
        "cleaned_data",
        "data",
        "form",
        "kwargs",
        "args",
    }
)


class NoSecrets(SafeExceptionReporterFilter):
    """Django hides what a view marks as sensitive, and only outside DEBUG. Here these names are hidden everywhere, always."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        if request is None:
            return {}
        return {
            name: self.cleansed_substitute if name in SECRET_NAMES else value
            for name, value in super().get_post_parameters(request).items()
        }

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> Any:
        return [
            (name, self.cleansed_substitute if name in SECRET_NAMES else value)
            for name, value in super().get_traceback_frame_variables(request, tb_frame)
        ]
