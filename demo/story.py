"""The main job from a parts list to a proof, in order.

The plant and its definitions are one piece; what happens in it afterwards are scenes. Each scene finds what the ones
before it left by looking at the plant, and does only what is not done yet: so `make demo` tells them in one go, and the
worker tells them one by one behind the first page of `make run`, whatever interrupts it (`demo.telling`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from demo.chapters.blowers import build_blowers, measure_blowers, mount_plates
from demo.chapters.define import define_parts, define_process
from demo.chapters.floor import fit_and_test_venturis, make_plates, print_venturis, ream_venturis
from demo.chapters.material import load_places, receive_expired_and_held, receive_material
from demo.chapters.orders import made
from demo.chapters.proof import (
    package,
    prove,
    records_of,
    trace_acrylic,
    verify_everything,
    verify_like_a_stranger,
)
from demo.narrator import Narrator
from demo.plant import SITE, load_plant
from dhr.models import DeviceHistoryRecord
from foundation.accounts.models import Site


@dataclass(frozen=True)
class Scene:
    """A part of the story that takes seconds; ``title`` is what the home page says while it is told."""

    title: Any
    tell: Callable[[Narrator], object]


def _receive(story: Narrator) -> None:
    receive_material(story)
    receive_expired_and_held(story)


def _prove(story: Narrator) -> None:
    blowers = made("BLOWER").batch
    prove(story, made("VENTURI").batch, blowers)
    trace_acrylic(story, blowers)


SCENES = (
    Scene(_("Material is received, checked and released"), _receive),
    Scene(_("Adapter plates are cut"), make_plates),
    Scene(_("Venturis are printed"), print_venturis),
    Scene(_("Venturis are reamed and measured"), ream_venturis),
    Scene(_("Venturis are fitted and tested"), fit_and_test_venturis),
    Scene(_("Blowers are built"), build_blowers),
    Scene(_("Plates are released and mounted"), mount_plates),
    Scene(_("Blowers are tested"), measure_blowers),
    Scene(_("Records are reviewed and released"), _prove),
)


def define(story: Narrator) -> None:
    """The plant, the published parts list, and the process cards that are effective in it."""
    story.chapter("A0 The plant: people, stations, qualifications, equipment")
    load_plant()
    load_places(Site.objects.get(code=SITE))
    define_parts(story)
    define_process(story)


def tell(story: Narrator) -> None:
    """Everything up to the released records. Every act goes through the services that the screens use."""
    define(story)
    for scene in SCENES:
        scene.tell(story)


def proven() -> list[DeviceHistoryRecord]:
    """The records that the story ends with: the venturis', then one of each blower."""
    return [*records_of(made("VENTURI").batch), *records_of(made("BLOWER").batch)]


def prove_to_a_stranger(story: Narrator, out: Path) -> Path:
    """The package of the last blower, verified without the product; then the whole database."""
    archive = package(story, proven()[-1], out)
    verify_like_a_stranger(story, archive)
    verify_everything(story)
    return archive
