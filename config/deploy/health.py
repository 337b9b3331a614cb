"""`python -m config.deploy.health web|worker|beat`: exit code 0 when that part is well. For the container's check.

The worker is asked through the broker; beat, which cannot be asked, must have written its schedule lately.
"""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from config.celery import app

BEAT_IS_QUIET_FOR = 600.0  # seconds; it writes its schedule every three minutes


def web_is_well(port: int = 8000) -> bool:
    """The log-in page answers: that takes the code, the sessions and the database."""
    host = os.environ.get("ARTERIA_ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*") or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": host, "X-Forwarded-Proto": "https"})
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=8) as page:
            return int(page.status) < 400
    except urllib.error.HTTPError as error:
        return error.code < 400
    except OSError:
        return False


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer; where it leads may be a name that only the outside knows."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def worker_is_well() -> bool:
    return bool(app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=5.0))


def beat_is_well() -> bool:
    folder = Path(os.environ.get("ARTERIA_DATA_DIR", "var"))
    written = [path.stat().st_mtime for path in folder.glob("celerybeat-schedule*")]
    return bool(written) and time.time() - max(written) < BEAT_IS_QUIET_FOR


if __name__ == "__main__":
    checks = {"web": web_is_well, "worker": worker_is_well, "beat": beat_is_well}
    sys.exit(0 if checks[sys.argv[1]]() else 1)
