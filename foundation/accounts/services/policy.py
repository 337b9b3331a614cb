"""The signature policy: read, agreed to by both components, kept as it was shown (21 CFR 11.10(j))."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from foundation.accounts import signature_policy
from foundation.accounts.models import PolicyAcknowledgement, User
from foundation.accounts.services.secrets import prove_user, require_own_secret
from foundation.accounts.services.tries import record_proof
from foundation.core.actor import Actor
from foundation.core.canonical import content_hash
from foundation.core.errors import Conflict
from foundation.records.act import act


def acknowledge_policy(*, actor: Actor, secret: str, shown: str = "") -> User:
    """The person has read what a signature means here, and says so by their secret. Again for each new version.

    ``shown`` is the version that was on screen. SecretWrong, SecretMustChange (an administrator's secret agrees to
    nothing), SecretAged, Conflict when another version came into force meanwhile.
    """
    with act(actor=actor, verb="accounts.policy.acknowledged") as this:
        user: User = User.objects.get(pk=actor.person_id)
        this.about(user)
        version, text = signature_policy.version(), signature_policy.text(actor.language)
        if shown and shown != version:
            raise Conflict(_("The signature policy has changed meanwhile: read it again."), code="policy-changed")
        require_own_secret(prove_user(actor=actor, user=user, secret=secret, kind="policy"))
        record_proof(actor=actor, user=user, identity=user.username, kind="policy")
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.policy_version == version:
            return user
        PolicyAcknowledgement.objects.create(
            user=user,
            printed_name=user.name,
            version=version,
            language=actor.language,
            text=text,
            text_hash=content_hash(text),
            station=actor.station,
            time_zone=settings.TIME_ZONE,
            acknowledged_at=this.at,
        )
        user.policy_acknowledged_at, user.policy_version = this.at, version
        user.save()
    return user
