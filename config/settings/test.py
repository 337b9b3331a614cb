"""For tests: the same application role, the same triggers, a cheap password hash; nothing else is faked."""

import os

os.environ.setdefault("ARTERIA_DEMO", "1")

from .base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SEAL_EXPORT_DIR = None  # the tests of seals name a folder of their own: databases of tests come and go
TSA_URL = ""
LOGGING = {"version": 1, "disable_existing_loggers": False}
