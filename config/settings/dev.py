"""For a developer's machine: `make run` and `make demo` use it. Errors are shown, the demo is on."""

import os

os.environ.setdefault("ARTERIA_DEMO", "1")

from .base import *  # noqa: F403
