"""The environment of each child: the application never gets the owner's password, the owner's commands do."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from .errors import StartError

DEFAULT_SECRET = "demo-secret-that-everyone-knows"  # noqa: S105 - as in config/settings/base.py, refused here


@dataclass(frozen=True)
class Site:
    """Where a site's database, broker and data are, and whether it is the demo."""

    app_url: str
    owner_url: str
    redis_url: str
    data: Path
    secret_key: str
    demo: bool

    def application(self) -> dict[str, str]:
        """For web, worker and every command that people's work goes through."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "DATABASE_URL": self.app_url,
            "REDIS_URL": self.redis_url,
            "ARTERIA_DATA_DIR": str(self.data),
            "ARTERIA_SECRET_KEY": self.secret_key,
            "ARTERIA_DEMO": "1" if self.demo else "0",
            "PYTHONUNBUFFERED": "1",
        }
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        return {**inherited, **settings}

    def owner(self) -> dict[str, str]:
        """For `migrate` alone."""
        return {**self.application(), "DATABASE_URL": self.owner_url, "DATABASE_OWNER_URL": self.owner_url}


def real_servers() -> bool:
    """Whether the environment names a real database, so that this is nobody's demo."""
    return bool(os.environ.get("DATABASE_URL"))


def real_site(redis_url: str, data: Path) -> Site:
    """The site that the environment describes; refuses what only the demo may do."""
    if os.environ.get("ARTERIA_DEMO", "0").lower() in {"1", "true", "yes", "on"}:
        raise StartError(
            "ARTERIA_DEMO is for the embedded database only: demo users have passwords that everyone knows."
        )
    needed = {
        "ARTERIA_SECRET_KEY": "a long random value",
        "DATABASE_OWNER_URL": "the role that owns the tables and migrates; DATABASE_URL is the application's",
    }
    for name, meaning in needed.items():
        if not os.environ.get(name):
            raise StartError(f"DATABASE_URL names a real server, but {name} is not set ({meaning}).")
    if os.environ["ARTERIA_SECRET_KEY"] == DEFAULT_SECRET:
        raise StartError("ARTERIA_SECRET_KEY is the demo's, which everyone knows: set a long random value.")
    app, owner = os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]
    if app == owner:
        raise StartError("DATABASE_URL and DATABASE_OWNER_URL are the same: the application must not own its tables.")
    return Site(app, owner, redis_url, data, os.environ["ARTERIA_SECRET_KEY"], demo=False)


def refuse_unreachable(site: Site) -> None:
    """Before a command fails on it with a page of its own: what the servers say to both roles."""
    for name, url in (("DATABASE_URL", site.app_url), ("DATABASE_OWNER_URL", site.owner_url)):
        try:
            psycopg2.connect(url, connect_timeout=10).close()
        except psycopg2.Error as error:  # its words name the server and the role, never the password
            raise StartError(f"The database of {name} does not let us in: {str(error).strip()}") from None
