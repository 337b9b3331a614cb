"""`make run`: the whole product on this machine, on 127.0.0.1, until Ctrl-C."""

import dataclasses
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from .assets import build_assets, compile_translations
from .environment import Site
from .errors import StartError
from .paths import ROOT, VAR, is_port_free, make_folder, write_private
from .processes import Child, Supervisor, has_ended, last_lines, spawn
from .stack import DEMO_USERS, RUNNING, furnish, migrate, only_one, refuse_second, start_servers

WORKER_MEMORY_KB = 1_500_000  # a package of 300 pages takes about 1.2 GB; above this the worker's process is replaced


def run() -> None:
    started = time.monotonic()
    port = chosen_port()
    with only_one(VAR, "Arteria"), Supervisor(say) as supervisor:
        keep_logs_small(VAR / "log")
        if compile_translations() + build_assets():
            say("The front end and the translations are built.")
        site, cluster = start_servers(supervisor, VAR)
        migrate(supervisor, site, cluster)
        make_folder(VAR / "static")
        web = supervisor.add(web_child(site, port))  # it starts while the demo plant is loaded
        is_new = furnish(supervisor, site, cluster, demo=site.demo)
        write_private(VAR / RUNNING, json.dumps(dataclasses.asdict(site), default=str))
        supervisor.add(worker_child(site))
        await_page(supervisor, web, port)
        greet(site, port, started)
        if is_new:
            say(
                "The worker tells the demo's story now: orders, material and records appear, the home page says how far it is."
            )
        supervisor.watch()


def say(sentence: str) -> None:
    print(sentence, flush=True)


def chosen_port() -> int:
    named = os.environ.get("PORT") or "8000"
    if not named.isdigit() or not 0 < int(named) < 65536:
        raise StartError(f"PORT={named} is not a port number.")
    port = int(named)
    if not is_port_free(port):
        refuse_second(VAR, "Arteria")
        raise StartError(f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}")
    return port


def web_child(site: Site, port: int) -> Child:
    argv = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    argv += ["--workers", "2", "--threads", "4", "--worker-class", "gthread", "--preload", "--timeout", "120"]
    argv += ["--access-logfile", "-", "--no-control-socket"]
    return _child("The web server", argv, site, VAR / "log" / "web.log")


def worker_child(site: Site) -> Child:
    argv = [sys.executable, "-m", "celery", "-A", "config", "worker", "--beat", "--concurrency", "2"]
    argv += ["--max-memory-per-child", str(WORKER_MEMORY_KB), "--loglevel", "INFO", "--without-mingle"]
    return _child("The worker", argv, site, VAR / "log" / "worker.log")


def _child(name: str, argv: list[str], site: Site, log: Path) -> Child:
    environment = site.application()
    return Child(name, lambda: spawn(argv, env=environment, log=log, cwd=ROOT, umask=0o077), log, grace=30.0)


def await_page(supervisor: Supervisor, web: Child, port: int, patience: float = 60.0) -> None:
    """Until the first page answers, whatever it says below 500."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        supervisor.go_on()
        if web.process is None or has_ended(web.process):
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
            break
        except OSError:
            time.sleep(0.05)
    raise StartError(f"The web server does not answer:\n{last_lines(web.log)}")


def greet(site: Site, port: int, started: float) -> None:
    """The address, and one demo user per role as the first start wrote them down."""
    say(f"\nArteria is at http://127.0.0.1:{port}/  (ready in {time.monotonic() - started:.1f} s)")
    users = VAR / DEMO_USERS
    if site.demo and users.exists():
        say(users.read_text().rstrip())
    say(f"The data is in {VAR}, the logs are in {VAR / 'log'}. Ctrl-C stops everything that was started here.")


def keep_logs_small(folder: Path, limit: int = 10_000_000) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit:
            log.replace(log.with_suffix(".log.1"))
