"""User names, badge codes and printed names: what may be given, and what is too like another to be given.

An identity belongs to one person for ever (21 CFR 11.100(a), 11.300(a)), so it must be told apart by eye as well as by the
database. User names and badge codes are kept to characters that have no look-alikes in other scripts (the identifier profile of
Unicode TR 39, restricted to ASCII); among those, the pairs that people mistake are folded together by `look_of`.
"""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext as _

from foundation.core.errors import NotValid

USERNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,58}[A-Za-z0-9])?")
CODE = re.compile(r"[!-~]{1,60}")
# Unicode confusables (TR 39) among the characters above.
LOOKS = (("I", "l"), ("|", "l"), ("1", "l"), ("0", "o"), ("O", "o"), ("rn", "m"), ("vv", "w"))
# Line breaks, control, direction and invisible marks, surrogates, private and unassigned characters.
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def normal(identity: str) -> str:
    """As it is compared and kept: NFKC (a full-width １ of an input method is a 1), without blanks around."""
    return unicodedata.normalize("NFKC", identity).strip()


def look_of(identity: str) -> str:
    """Two identities with the same look are one identity to a reader: they are never both given."""
    look = normal(identity)
    for one, other in LOOKS:
        look = look.replace(one, other)
    look = look.casefold()
    for one, other in LOOKS[2:]:
        look = look.replace(one, other)
    return look


def has_hidden(text: str) -> bool:
    """Does it hold characters that are not seen, or that move what is seen?"""
    return any(unicodedata.category(character) in HIDDEN for character in text)


def username_of(given: str) -> str:
    """A user name that may be given. NotValid names what is wrong."""
    name = normal(given)
    if not name:
        raise NotValid(_("User name and printed name are needed."), field="username")
    if has_hidden(given) or not USERNAME.fullmatch(name):
        raise NotValid(
            _("A user name has letters a–z, digits and . _ - @ + only: other characters can look like these."),
            code="username-characters",
            field="username",
        )
    return name


def badge_code_of(given: str) -> str:
    """A badge code that may be issued. NotValid names what is wrong."""
    code = normal(given)
    if has_hidden(given) or not CODE.fullmatch(code):
        raise NotValid(
            _("A badge code has up to 60 plain letters, digits and signs, and no blanks."),
            code="badge-characters",
            field="code",
        )
    return code


def printed_name_of(given: str, field: str = "name") -> str:
    """A name as it will stand on records. NotValid for none, and for line breaks, direction marks and other hidden characters."""
    name = unicodedata.normalize("NFC", given).strip()
    if not name:
        raise NotValid(_("User name and printed name are needed."), field=field)
    if has_hidden(name):
        raise NotValid(
            _("This text holds line breaks, direction marks or other characters that are not seen. Type it again."),
            code="hidden-characters",
            field=field,
        )
    return name
