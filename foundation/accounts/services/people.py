"""People: made once, linked, retired, never deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from foundation.accounts.identities import look_of, printed_name_of, username_of
from foundation.accounts.models import Badge, LoginBy, User
from foundation.accounts.policies import require, require_over
from foundation.accounts.services.closing import close_sessions_of, withdraw_badges_of
from foundation.core.actor import Actor
from foundation.core.errors import NotValid
from foundation.records.act import act

LOCK = 0xACC1  # pg_advisory_xact_lock: identities are given one at a time


def create_user(
    *,
    actor: Actor,
    username: str,
    name: str,
    language: str = "en",
    employee_number: str = "",
    identity_check: str = "",
    login_by: str = LoginBy.LOCAL,
    external_subject: str = "",
) -> User:
    """A new person without a secret. ``identity_check`` says by what the actor saw who this is (21 CFR 11.100(b)).

    NotValid when the user name, or one that looks like it, was ever given to anyone or is a badge (11.100(a): never reused).
    """
    with act(actor=actor, verb="accounts.user.created") as this:
        require(actor, "accounts.manage_users")
        checked = identity_check.strip() or (actor.name if actor.is_system else "")
        if not checked:
            raise NotValid(
                _("Say by what you saw who this person is: an identity card, the personnel file …"),
                field="identity_check",
            )
        user = User(
            username=username_of(username),
            name=printed_name_of(name),
            language=language,
            employee_number=_plain(employee_number, "employee_number"),
            identity_check=_plain(checked, "identity_check"),
            identity_checked_by_id=actor.user_id,
            login_by=login_by,
            external_subject=external_subject.strip(),
        )
        refuse_given(user.username, field="username", code="username-taken")
        _refuse_linked(user.external_subject)
        user.save()
        this.about(user)
    return user


def choose_language(*, actor: Actor, language: str) -> None:
    """The language that follows this person to every desk and tablet. Nothing is written when it is theirs already."""
    if actor.user_id is None or User.objects.filter(pk=actor.user_id, language=language).exists():
        return
    with act(actor=actor, verb="accounts.language.chosen") as this:
        if language not in dict(settings.LANGUAGES):
            raise NotValid(_("This language is not offered."), code="language-unknown", field="language")
        user: User = User.objects.select_for_update().get(pk=actor.user_id)
        this.about(user)
        user.language = language
        user.save()


def link_login(*, actor: Actor, user_id: int, login_by: str, external_subject: str = "") -> User:
    """Where the person logs in from now on: here, at the directory, or at the OpenID provider as this subject.

    The password kept here goes; the PIN stays, since signing is ours (docs/decisions/signing-secrets-are-ours.md).
    """
    with act(actor=actor, verb="accounts.login.linked") as this:
        user: User = User.objects.select_for_update().get(pk=user_id)
        require_over(actor, "accounts.manage_users", user)
        this.about(user)
        subject = external_subject.strip()
        if login_by == LoginBy.OIDC and not subject:
            raise NotValid(_("Give the subject that the provider knows this person by."), field="external_subject")
        if subject != user.external_subject:
            _refuse_linked(subject)
        user.login_by, user.external_subject = login_by, subject if login_by == LoginBy.OIDC else ""
        if login_by != LoginBy.LOCAL:
            user.password, user.password_set_at = "", None
        user.session_epoch += 1
        user.save()
    return user


def _plain(text: str, field: str) -> str:
    return printed_name_of(text, field) if text.strip() else ""


def refuse_given(identity: str, *, field: str, code: str) -> None:
    """No two identities look alike, among all user names and badge codes ever given, whoever has them or had them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    look = look_of(identity)
    given = [*User.objects.values_list("username", flat=True), *Badge.objects.values_list("code", flat=True)]
    if any(look_of(one) == look for one in given):
        raise NotValid(
            _("This user name was given before.") if field == "username" else _("This badge was issued before."),
            code=code,
            field=field,
        )


def _refuse_linked(subject: str) -> None:
    if subject and User.objects.filter(external_subject=subject).exists():
        raise NotValid(
            _("This account of the company is linked to somebody already."),
            code="subject-taken",
            field="external_subject",
        )


def retire_user(*, actor: Actor, user_id: int, reason: str) -> User:
    """The person signs and works no more, from this moment; badges and sessions end. The record stays for ever."""
    with act(actor=actor, verb="accounts.user.retired", reason=reason) as this:
        user: User = User.objects.select_for_update().get(pk=user_id)
        require_over(actor, "accounts.manage_users", user)
        this.about(user)
        user.is_active = False
        user.session_epoch += 1
        user.save()
        close_sessions_of(user, at=this.at)
        withdraw_badges_of(user, at=this.at)
    return user
