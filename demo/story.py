"""The main job from a parts list to a proof, in order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bom.models import Item
from demo.chapters.define import Defined, define_parts, define_process
from demo.chapters.floor import make_blowers, make_plates, make_venturis
from demo.chapters.material import load_places, receive_expired_and_held, receive_material
from demo.chapters.proof import (
    package,
    prove,
    release_all,
    trace_acrylic,
    verify_everything,
    verify_like_a_stranger,
)
from demo.narrator import Narrator
from demo.parts_list import RESIN
from demo.plant import SITE, load_plant
from dhr.models import DeviceHistoryRecord
from foundation.accounts.models import Site


@dataclass
class Told:
    """What the story leaves behind."""

    defined: Defined
    records: list[DeviceHistoryRecord]
    tokens: dict[str, str]


def tell(story: Narrator) -> Told:
    """Everything up to the released records. Every act goes through the services that the screens use."""
    story.chapter("A0 The plant: people, stations, qualifications, equipment")
    tokens = load_plant()
    site = Site.objects.get(code=SITE)
    load_places(site)
    define_parts(story)
    defined = define_process(story)
    receive_material(story, defined.cards.values())
    expired, held = receive_expired_and_held(story, Item.objects.get(number=RESIN))
    plates = make_plates(story, site)
    venturis = make_venturis(story, site, expired, held)
    blowers = make_blowers(story, site, plates, partial(release_all, story, plates))
    records = prove(story, venturis, blowers)
    trace_acrylic(story, blowers)
    return Told(defined, records, tokens)


def prove_to_a_stranger(story: Narrator, told: Told, out: Path) -> Path:
    """The package of the last blower, verified without the product; then the whole database."""
    archive = package(story, told.records[-1], out)
    verify_like_a_stranger(story, archive)
    verify_everything(story)
    return archive
