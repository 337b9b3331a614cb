"""Set up, change, pause, resume and end an endpoint; give it another secret."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from foundation.accounts.policies import require_about
from foundation.core import jobs
from foundation.core.actor import Actor
from foundation.core.errors import Conflict, NotValid, TransitionNotAllowed
from foundation.core.outbox import catalogue
from foundation.records.act import Act, act
from foundation.webhooks import signing
from foundation.webhooks.addresses import target_of
from foundation.webhooks.models import Endpoint
from foundation.webhooks.policies import can_manage_at, can_tell
from foundation.webhooks.states import ENDPOINT, MANAGE, EndpointState

CATCH_UP = "webhooks.catch_up"
MOST_OVERLAP = 24 * 14  # hours


def create_endpoint(
    *, actor: Actor, name: str, url: str, kinds: Sequence[str], site_id: int | None = None
) -> tuple[Endpoint, str]:
    """A new endpoint, told of what happens from now on. Returns it with its secret (``whsec_…``), which is not kept.

    NotValid: an address that webhooks may not go to, an unknown event, no name. Conflict: the name is taken.
    PermissionDenied: not at this site, or an event whose records the actor may not read there.
    """
    with act(actor=actor, verb="webhooks.endpoint.created") as this:
        can_manage_at(actor, site_id).require()
        wanted = _checked(actor, name, kinds, site_id)
        salt = signing.new_salt()
        endpoint = Endpoint(
            name=name.strip(), url=target_of(url).url, kinds=wanted, site_id=site_id, salt=salt,
            fingerprint=signing.fingerprint_of(salt), created_at=this.at, created_by_id=actor.user_id,
            created_by_name=actor.name,
        )  # fmt: skip
        endpoint.save()
        this.about(endpoint)
    return endpoint, signing.secret_text(salt)


def change_endpoint(*, actor: Actor, endpoint_id: int, name: str, url: str, kinds: Sequence[str]) -> Endpoint:
    """Another name, address or choice of events; what waits goes to the new address. As `create_endpoint`."""
    with act(actor=actor, verb="webhooks.endpoint.changed") as this:
        endpoint = _locked(this, endpoint_id)
        if endpoint.state == EndpointState.ENDED:
            raise TransitionNotAllowed(_("This endpoint has ended."))
        endpoint.kinds = _checked(actor, name, kinds, endpoint.site_id, but=endpoint.pk)
        endpoint.name, endpoint.url = name.strip(), target_of(url).url
        endpoint.save()
    return endpoint


def pause_endpoint(*, actor: Actor, endpoint_id: int, reason: str) -> Endpoint:
    """Send nothing for a while. What happens meanwhile is kept, and sent when it is resumed."""
    with act(actor=actor, verb="webhooks.endpoint.paused", reason=reason) as this:
        return _move(this, endpoint_id, "pause")


def resume_endpoint(*, actor: Actor, endpoint_id: int) -> Endpoint:
    """Send again, beginning with what waits."""
    with act(actor=actor, verb="webhooks.endpoint.resumed") as this:
        endpoint = _move(this, endpoint_id, "resume")
        mark = f"{endpoint.pk}:{this.at.isoformat()}"
        jobs.enqueue(CATCH_UP, unique_key=f"{CATCH_UP}:{mark}", payload={"endpoint": endpoint.pk, "given_up": False})
    return endpoint


def end_endpoint(*, actor: Actor, endpoint_id: int, reason: str) -> Endpoint:
    """For good: it is told nothing any more, also not what waits. Its deliveries stay to be read."""
    with act(actor=actor, verb="webhooks.endpoint.ended", reason=reason) as this:
        return _move(this, endpoint_id, "end")


def rotate_secret(*, actor: Actor, endpoint_id: int, overlap_hours: int = 24) -> tuple[Endpoint, str]:
    """A new secret, shown this once. For the hours given the former one signs too; 0: it is out at once (it leaked)."""
    with act(actor=actor, verb="webhooks.endpoint.rotated", data={"overlap_hours": overlap_hours}) as this:
        endpoint = _locked(this, endpoint_id)
        if endpoint.state == EndpointState.ENDED:
            raise TransitionNotAllowed(_("This endpoint has ended."))
        if not 0 <= overlap_hours <= MOST_OVERLAP:
            raise NotValid(
                _("The former secret holds for 0 to %(most)d hours more.") % {"most": MOST_OVERLAP},
                field="overlap_hours",
            )
        endpoint.former_salt = endpoint.salt if overlap_hours else ""
        endpoint.former_until = this.at + timedelta(hours=overlap_hours) if overlap_hours else None
        endpoint.salt = signing.new_salt()
        endpoint.fingerprint = signing.fingerprint_of(endpoint.salt)
        endpoint.generation += 1
        endpoint.save()
    return endpoint, signing.secret_text(endpoint.salt)


def _locked(this: Act, endpoint_id: int) -> Endpoint:
    endpoint: Endpoint = Endpoint.objects.select_for_update().get(pk=endpoint_id)
    this.about(endpoint)
    require_about(this.actor, MANAGE, endpoint)
    return endpoint


def _move(this: Act, endpoint_id: int, event: str) -> Endpoint:
    endpoint = _locked(this, endpoint_id)
    endpoint.state = ENDPOINT.next(endpoint.state, event, reason=this.reason).target
    endpoint.save()
    return endpoint


def _checked(actor: Actor, name: str, kinds: Sequence[str], site_id: int | None, but: int | None = None) -> list[str]:
    if not 1 <= len(name.strip()) <= 120:
        raise NotValid(_("Give it a name of at most 120 characters."), field="name")
    if Endpoint.objects.filter(name=name.strip()).exclude(pk=but).exists():
        raise Conflict(_("There is an endpoint of this name already."), code="name-taken", field="name")
    wanted = sorted(set(kinds))
    unknown = [kind for kind in wanted if kind not in catalogue()]
    if unknown or not wanted:
        raise NotValid(
            _("Choose events of the catalogue. Unknown: %(names)s") % {"names": ", ".join(unknown) or "–"},
            field="kinds",
        )
    can_tell(actor, wanted, site_id).require()
    return wanted
