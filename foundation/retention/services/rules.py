"""The company's own rules. They make a period longer, never shorter than the law's."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.accounts.policies import require
from foundation.core import clock
from foundation.core.actor import Actor
from foundation.core.errors import NotValid, TransitionNotAllowed
from foundation.core.numbering import next_number
from foundation.records.act import act
from foundation.retention.models import RetentionRule
from foundation.retention.states import SET_RULE, Start
from foundation.retention.subjects import kinds


def set_rule(
    *,
    actor: Actor,
    years: int,
    source: str,
    reason: str,
    record_label: str = "",
    market: str = "",
    implants_only: bool = False,
    counts_from: str = Start.RELEASED,
    valid_from: date | None = None,
) -> RetentionRule:
    """A rule of the company, in force from a day on (today). A rule is not edited: it is ended, and another one set.

    ``record_label`` "" and ``market`` "" mean every kind and every market; ``source`` says where it is written (a procedure, a
    contract). NotValid without a reason, for an unknown kind, for less than one year or more than 200, or from a past day.
    21 CFR 11.10(c), ISO 13485:2016 4.2.5.
    """
    with act(actor=actor, verb="retention.rule.set", reason=reason) as this:
        require(actor, SET_RULE)
        _require_reason(reason)
        if record_label and (record_label not in kinds() or kinds()[record_label].facts is None):
            raise NotValid(_("There is no such kind of record."), field="record_label")
        day = valid_from or clock.today()
        if day < clock.today():
            raise NotValid(_("A rule begins today or later: the past is not made up afterwards."), field="valid_from")
        rule = RetentionRule(
            number=next_number("retention.rule", prefix="RR"),
            record_label=record_label,
            market=market,
            implants_only=implants_only,
            years=years,
            counts_from=counts_from,
            source=source.strip(),
            valid_from=day,
        )
        _validate(rule)
        rule.save()
        this.about(rule)
    return rule


def end_rule(*, actor: Actor, rule_id: int, reason: str, on: date | None = None) -> RetentionRule:
    """End a rule of the company: from that day (today) it keeps nothing longer. NotValid without a reason or for a past day."""
    with act(actor=actor, verb="retention.rule.ended", reason=reason) as this:
        rule: RetentionRule = RetentionRule.objects.select_for_update().get(pk=rule_id)
        this.about(rule)
        require(actor, SET_RULE)
        _require_reason(reason)
        if rule.valid_until is not None:
            raise TransitionNotAllowed(_("This rule was ended already."))
        day = on or clock.today()
        if day < max(clock.today(), rule.valid_from):
            raise NotValid(_("A rule ends today or later, and not before it began."), field="on")
        rule.valid_until = day
        rule.save()
    return rule


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise NotValid(_("Give a reason."), code="reason-required", field="reason")


def _validate(rule: RetentionRule) -> None:
    if not rule.source:
        raise NotValid(_("Say where this rule is written: a procedure, a contract, a law."), field="source")
    if not 1 <= rule.years <= 200:
        raise NotValid(_("A period is 1 to 200 years."), field="years")
    try:
        rule.clean_fields()
    except ValidationError as error:
        raise NotValid("; ".join(error.messages), field=next(iter(error.message_dict))) from error
