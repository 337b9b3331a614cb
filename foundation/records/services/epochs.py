"""After a restore into another cluster: let transaction numbers go on above those that came with the backup."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid
from foundation.records import exporting, leaves, protection, sealing
from foundation.records.act import act
from foundation.records.models import Epoch, Seal
from foundation.records.protection_sql import functions


def open_epoch(*, actor: Actor, reason: str, abandon: bool = False, exported: Path | None = None) -> Epoch:
    """End the epoch of the backup and open the next one; seals all that no seal covered.

    Runs as the owner, while nobody else is connected: every transaction of the other cluster is over, so all rows can be
    sealed once the functions that set ``tx`` add an offset above everything that is there. Seals that were exported
    and did not come with the backup are given up with ``abandon`` only, by name, and every verifier tells it. NotValid
    without a reason; Conflict when others are connected, or when exported seals would be given up without a word.
    """
    if not reason.strip():
        raise NotValid(_("Say why the database was restored."), field="reason")
    _require_alone()
    lost = _given_up(exported or settings.SEAL_EXPORT_DIR)
    if lost and not abandon:
        raise Conflict(
            _("Seals up to %(number)s were exported and are not here. Restore a newer backup, or give them up openly.")
            % {"number": lost[0]},
            code="seals-rolled-back",
        )
    last = Seal.objects.order_by("-number").first()
    with act(actor=actor, verb="records.epoch.opened", reason=reason) as this, connection.cursor() as cursor:
        epoch = Epoch(
            number=_number() + 1,
            offset=max(_end_of_rows(), last.horizon_to if last else 0),
            last_seal=last.number if last else 0,
            abandoned_to=lost[0] if lost else None,
            abandoned_hash=lost[1] if lost else "",
            reason=this.reason,
            opened_at=this.at,
        )
        cursor.execute(functions(epoch.offset))
        epoch.save()
        this.about(epoch)
        this.note(last_seal=epoch.last_seal, abandoned_to=epoch.abandoned_to, abandoned_hash=epoch.abandoned_hash)
    sealing.make_seals()
    return epoch


def _number() -> int:
    newest = Epoch.objects.order_by("-number").first()
    return newest.number if newest else 1


def _require_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND usename IS NOT NULL"
        )
        if cursor.fetchone()[0]:
            raise Conflict(
                _("Others are connected to the database: stop web, worker and beat first."), code="not-alone"
            )


def _end_of_rows() -> int:
    """Above the transaction of every row that is there."""
    tables = " UNION ALL ".join(
        f"(SELECT max(tx) FROM {leaves.quote(model._meta.db_table)})"  # noqa: S608 - own table names
        for model in protection.written_once_models()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(max), 0) + 1 FROM ({tables}) one")  # noqa: S608
        return int(cursor.fetchone()[0])


def _given_up(folder: Path | None) -> tuple[int, str] | None:
    """Number and hash of the newest exported seal, when the database does not have it."""
    newest = exporting.newest_exported(folder) if folder is not None else None
    if newest is None:
        return None
    number, named = int(newest["content"]["number"]), str(newest["hash"])
    known = Seal.objects.filter(number=number, hash=named).exists()
    told = Epoch.objects.filter(abandoned_to=number, abandoned_hash=named).exists()
    return None if known or told else (number, named)
