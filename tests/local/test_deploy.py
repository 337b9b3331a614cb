"""The production shape: no secret in a file, the owner's password in one place, roles made as the launcher makes them."""

import contextlib
import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.utils.module_loading import import_string

from config.deploy import health
from config.deploy.health import web_is_well
from config.local.paths import ROOT, free_port
from config.local.postgres import open_cluster
from config.local.processes import stop_process
from foundation.printing.typesetting import FONT_PATH

LONG_RUNNING = {"web", "worker", "beat", "postgres", "redis"}
APPLICATION = {"web", "worker", "beat", "prepare"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_every_secret_is_asked_for_and_none_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    used = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(:?[-?+]?)", text)
    assert {name for name, _ in used} == {
        "POSTGRES_PASSWORD",
        "ARTERIA_OWNER_PASSWORD",
        "ARTERIA_APP_PASSWORD",
        "ARTERIA_REDIS_PASSWORD",
        "ARTERIA_SECRET_KEY",
    }
    assert {operator for _, operator in used} == {":?"}
    assert not re.search(r"(PASSWORD|SECRET\w*|AUTH): (?!\$\{)\S", text)
    assert "ARTERIA_DEMO" not in text


def test_the_application_never_sees_the_owners_password(compose: dict[str, Any]) -> None:
    knows = {name for name, service in compose["services"].items() if "ARTERIA_OWNER_PASSWORD" in str(service)}
    assert knows == {"postgres", "migrate"}
    for name in APPLICATION:
        environment = compose["services"][name]["environment"]
        assert environment["DATABASE_URL"].startswith("postgres://arteria_app:")
        assert "DATABASE_OWNER_URL" not in environment
        assert "POSTGRES_PASSWORD" not in str(compose["services"][name])


def test_every_part_that_stays_is_checked_restarted_and_starts_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == LONG_RUNNING | {"migrate", "prepare"}
    docker = (ROOT / "Dockerfile").read_text()
    for name in LONG_RUNNING:
        assert "test" in services[name].get("healthcheck", {}) or (name == "web" and "HEALTHCHECK" in docker)
        assert services[name]["restart"] == "unless-stopped"
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}
    assert services["prepare"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_only_the_web_can_be_reached_and_only_from_this_host(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:${ARTERIA_PORT:-8000}:8000"]}
    assert compose["networks"]["inside"] == {"internal": True}


def test_no_container_writes_where_it_need_not(compose: dict[str, Any]) -> None:
    """File systems are read-only; the signing key is written by the container that makes it, and read by who signs."""
    services = compose["services"]
    assert {name for name, service in services.items() if not service.get("read_only")} == set()
    assert {
        name for name, service in services.items() if "no-new-privileges:true" not in service["security_opt"]
    } == set()
    mounts = {name: [v for v in service["volumes"] if v.startswith("keys:")] for name, service in services.items()}
    read, write = ["keys:/var/lib/arteria-keys:ro"], ["keys:/var/lib/arteria-keys"]
    assert {name: found for name, found in mounts.items() if found} == {"prepare": write, "web": read, "worker": read}
    key = Path(services["web"]["environment"]["ARTERIA_SIGNING_KEY_FILE"])
    assert str(key.parent) == "/var/lib/arteria-keys"
    assert (
        f"-o arteria -g arteria -m 0700 /var/lib/arteria /var/lib/arteria/static {key.parent}\n"
        in (ROOT / "Dockerfile").read_text()
    )


def test_what_compose_sets_is_what_the_settings_read(compose: dict[str, Any]) -> None:
    """A name that is spelt otherwise would be ignored without a word."""
    settings = (ROOT / "config" / "settings" / "base.py").read_text()
    known = set(re.findall(r'(?:environ\.get\(|environ\[|env_flag\()"(\w+)"', settings))
    for name in APPLICATION | {"migrate"}:
        assert set(compose["services"][name]["environment"]) - known == set()
    in_image = re.findall(r"^ENV |\b([A-Z_]+)=\S+ ?\\?$", (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1], re.M)
    assert {name for name in in_image if name.startswith("ARTERIA_")} <= known
    table = (ROOT / "docs" / "operations" / "settings.md").read_text()
    wanted = {name for name in compose["services"]["web"]["environment"] if f"`{name}`" not in table}
    assert wanted == set()


def test_each_command_exists(compose: dict[str, Any]) -> None:
    """Management commands, Celery's application, the WSGI entrance and the health checks that compose and image call."""
    docker = (ROOT / "Dockerfile").read_text()
    called = set[str]()
    for service in compose["services"].values():
        words = " ".join(service.get("command") or [])
        called |= set(re.findall(r"manage\.py,? (\w+)", words))
        if "celery" in words:
            assert words.startswith("celery -A config ")
    assert called == {"migrate", "sync_roles", "create_signing_key"}
    assert called <= set(get_commands())
    assert import_string("config.celery.app").main == "arteria"
    [entrance] = re.findall(r'"gunicorn", "([\w.]+):application"', docker)
    assert callable(import_string(f"{entrance}.application"))
    asked = set(re.findall(r"config\.deploy\.health[\", ]+(\w+)", docker))
    for service in compose["services"].values():
        test = service.get("healthcheck", {}).get("test", [])
        asked |= set(test[-1:]) if "config.deploy.health" in test else set()
    assert asked == {"web", "worker", "beat"}
    assert all(callable(getattr(health, f"{part}_is_well")) for part in asked)


def test_the_image_holds_what_a_page_and_a_print_need() -> None:
    """Assets come from the build stage, fonts from a package that stays, static files are served from where they lie."""
    docker = (ROOT / "Dockerfile").read_text()
    stages = docker.split("\nFROM ")
    assert "npm run build" in stages[1]
    assert "COPY --from=assets /src/assets/dist assets/dist" in stages[3]
    assert "build" in json.loads((ROOT / "package.json").read_text())["scripts"]
    assert settings.WHITENOISE_USE_FINDERS  # so nothing is collected, and a read-only image needs no second copy
    ignored = (ROOT / ".dockerignore").read_text().split()
    copied = [path for path in re.findall(r"^COPY (?!--)(.+) \S+$", docker, re.M) for path in path.split()]
    for path in copied:
        assert path == "." or ((ROOT / path).exists() and path not in ignored), path
    gone = set(re.findall(r"uninstall -y (.+)$", docker, re.M)[0].split())
    needed = (ROOT / "requirements.in").read_text()
    assert gone == {name for name in gone if name in needed}
    assert not any(re.sub("-", "_", name) in str(FONT_PATH) for name in gone)


def test_the_image_installs_by_hash_and_does_not_run_as_root() -> None:
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    assert "--require-hashes -r requirements.txt" in stages[2]
    assert "npm ci --ignore-scripts" in stages[1]
    assert "\nUSER arteria\n" in stages[-1]
    assert "SECRET" not in (ROOT / "Dockerfile").read_text()


def test_the_script_makes_the_roles_that_the_launcher_makes(folder: Path) -> None:
    cluster = open_cluster(folder, durable=False)
    process = cluster.start()
    try:
        passwords = {"ARTERIA_OWNER_PASSWORD": 'it\'s the "owner"', "ARTERIA_APP_PASSWORD": "app $HOME"}
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port), "PGPASSWORD": cluster.secrets["postgres"]}
        environment = {"PATH": f"{cluster.binaries}:/usr/bin:/bin", **where, **passwords}
        script = [ROOT / "config" / "deploy" / "create-roles.sh"]
        subprocess.run(script, env=environment, check=True, capture_output=True, cwd="/")
        for role, name in (("arteria_owner", "ARTERIA_OWNER_PASSWORD"), ("arteria_app", "ARTERIA_APP_PASSWORD")):
            cluster.secrets[role] = passwords[name]
        with contextlib.closing(cluster.connect("arteria", "arteria_owner")) as owner, owner.cursor() as cursor:
            cursor.execute("CREATE TABLE t (i int)")
        with contextlib.closing(cluster.connect("arteria", "arteria_app")) as app, app.cursor() as cursor:
            for statement in ("SELECT * FROM t", "CREATE TABLE u (i int)", "CREATE TEMPORARY TABLE t (i int)"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
            cursor.execute("SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)
    finally:
        stop_process(process, signal.SIGINT, 20)


def test_a_web_that_does_not_answer_is_not_well() -> None:
    assert web_is_well(free_port()) is False
