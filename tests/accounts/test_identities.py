"""An identity is one person's for ever, and cannot be mistaken for another's (21 CFR 11.100(a), 11.300(a))."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.accounts import services
from foundation.accounts.identities import has_hidden, look_of, normal, username_of
from foundation.accounts.models import Badge, User
from foundation.accounts.selectors import user_by_identity
from foundation.core.errors import NotValid
from foundation.records.models import LedgerEntry
from tests.factories.people import SETUP, actor_for, person

pytestmark = [pytest.mark.django_db, pytest.mark.pg15]
CYRILLIC = "оperator"  # the first letter is Cyrillic


def refused(username: str, name: str = "Somebody") -> str:
    with pytest.raises(NotValid) as refusal:
        services.create_user(actor=SETUP, username=username, name=name)
    entry = LedgerEntry.objects.latest("id")
    assert (entry.verb, entry.outcome) == ("accounts.user.created", "refused")
    return refusal.value.code


@pytest.mark.requirement("SEC-01", "21CFR11.100(a)", "21CFR11.300(a)")
@pytest.mark.parametrize("like", ["OPERATOR", "0perator", "operat0r", "Ｏperator", "ｏｐｅｒａｔｏｒ", "operator "])
def test_a_name_that_looks_like_one_given_is_refused_also_when_its_owner_has_left(like: str) -> None:
    first = person("operator")
    services.retire_user(actor=SETUP, user_id=first.pk, reason="left")
    assert refused(like) == "username-taken"
    assert User.objects.count() == 1


@pytest.mark.requirement("21CFR11.100(a)")
@pytest.mark.parametrize(
    "username",
    [CYRILLIC, "opérator", "oper\u200bator", "oper\nator", "\u202erotarepo", "操作员", "a b", ".x", "x" * 61],
)
def test_a_name_of_other_characters_is_refused(username: str) -> None:
    assert refused(username) == "username-characters"
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["Li\nNa", "Li\r\nNa", "Li\u202eaN", "Li\u2028Na", "Li\x00Na", "L\u200bi", "\ufeffLi\u2066"]
)
def test_a_printed_name_has_no_hidden_characters(name: str) -> None:
    assert refused("li", name) == "hidden-characters"


def test_names_of_all_scripts_are_printed_as_they_are() -> None:
    user = services.create_user(actor=SETUP, username="zoe", name="Zoë Ångström 张伟")
    assert user.name == "Zoë Ångström 张伟"


@pytest.mark.requirement("21CFR11.100(a)")
def test_badges_and_user_names_are_one_set_of_identities() -> None:
    user = person("operator")
    services.issue_badge(actor=SETUP, user_id=user.pk, code="B-100")
    services.revoke_badge(actor=SETUP, code="B-100", reason="lost")
    assert refused("b-1OO") == "username-taken"
    for code in ("b-100", "B-1OO", "OPERATOR", "0perator"):
        with pytest.raises(NotValid) as refusal:
            services.issue_badge(actor=SETUP, user_id=user.pk, code=code)
        assert refusal.value.code == "badge-taken"
    assert Badge.objects.count() == 1


def test_full_width_letters_of_an_input_method_find_the_person() -> None:
    user = person("operator")
    assert user_by_identity(normal("ｏｐｅｒａｔｏｒ")) == user
    assert services.log_in(identity="ｏｐｅｒａｔｏｒ", secret="correct-horse-7") == user


@pytest.mark.requirement("21CFR11.100(b)")
def test_who_saw_who_it_is_and_by_what_is_asked_and_kept() -> None:
    owner = person("owner", "system_owner")
    with pytest.raises(NotValid) as refusal:
        services.create_user(actor=actor_for(owner), username="li", name="Li Na")
    assert refusal.value.field == "identity_check"
    assert not User.objects.filter(username="li").exists()
    made = services.create_user(actor=actor_for(owner), username="li", name="Li Na", identity_check="identity card")
    assert (made.identity_check, made.identity_checked_by_id) == ("identity card", owner.pk)


@given(st.text(min_size=1, max_size=12))
def test_what_may_be_given_is_plain_and_has_a_look_that_is_its_own_fixed_point(text: str) -> None:
    try:
        name = username_of(text)
    except NotValid:
        return
    assert name.isascii()
    assert not has_hidden(name)
    assert look_of(look_of(name)) == look_of(name) == look_of(name.upper() if "i" not in name.lower() else name)
