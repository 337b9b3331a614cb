"""The demo's people are printed for the launcher, one for each role of the catalogue, and only in the demo."""

from io import StringIO

from django.core.management import call_command

from config.roles import CATALOGUE


def test_the_command_prints_one_user_for_each_role() -> None:
    out = StringIO()
    call_command("demo_users", stdout=out)
    for code, _name, _permissions in CATALOGUE:
        assert code in out.getvalue()
    assert "password of all:" in out.getvalue()
