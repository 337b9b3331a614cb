"""`make demo`: the main job without a browser; exits non-zero when anything is not as it should be."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.narrator import Narrator, StoryBroken
from demo.people import refuse_outside_demo
from demo.story import prove_to_a_stranger, tell
from foundation.core.errors import Refusal


class Command(BaseCommand):
    help = "Tell the whole story through the services, write the DHR package to out/, verify it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, default=Path("out"))

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_outside_demo()
        story = Narrator(self.stdout)  # type: ignore[arg-type]
        try:
            tell(story)
            archive = prove_to_a_stranger(story, options["out"])
        except (Refusal, StoryBroken) as problem:
            raise CommandError(f"Not as it should be: {problem}") from problem
        self.stdout.write(f"\n{story.acts} acts told, {story.refusals} refusals kept. Package: {archive}")
