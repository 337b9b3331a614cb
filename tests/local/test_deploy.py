"""The production shape: no secret in a file, the owner's password in one place, roles made as the launcher makes them."""

import contextlib
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml

from config.deploy.health import web_is_well
from config.local.paths import ROOT, free_port
from config.local.postgres import open_cluster
from config.local.processes import stop_process

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
