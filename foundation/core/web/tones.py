"""What a state looks like: one table for all state machines, so that the same word looks the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """A tone of the palette and an icon. Colour never stands alone: the pill has the word too."""

    tone: str
    icon: str


def Icon(name: str) -> str:  # noqa: N802 - the build of the icon sprite looks for this word
    return name


LOOKS: tuple[tuple[Look, str], ...] = (
    (Look("neutral", Icon("pencil")), "draft editable proposed staged new open_entry"),
    (
        Look("neutral", Icon("clock")),
        "waiting queued pending planned expected not_started scheduled offered outside here minor retained suggestion",
    ),
    (Look("bad", Icon("flame")), "critical"),
    (Look("info", Icon("info-circle")), "information"),
    (Look("info", Icon("eye")), "in_review review assessed assessing under_review checking"),
    (Look("info", Icon("writing-sign")), "in_approval awaiting_signature to_sign awaiting_approval"),
    (Look("info", Icon("player-play")), "ready dispatched open available asked requested raised switch finish_on_old"),
    (
        Look("active", Icon("progress")),
        "running in_process in_progress implementing building compiling growing verifying reading reviewing committing active",
    ),
    (
        Look("good", Icon("circle-check")),
        "approved accepted passed pass ok valid complete qualified in_limits conforming yes good in not_affected applied intact",
    ),
    (Look("good", Icon("shield-check")), "released effective published verified effect_verified in_force"),
    (
        Look("good", Icon("check")),
        "acknowledged completed done closed_ok finished delivered executed disposed committed decided",
    ),
    (Look("neutral", Icon("lock")), "closed frozen"),
    (Look("warn", Icon("player-pause")), "paused suspended"),
    (
        Look("warn", Icon("hourglass")),
        "quarantine first_piece_pending due late in_quarantine due_soon unsterile maintenance major",
    ),
    (
        Look("warn", Icon("alert-triangle")),
        "warning exception out_of_limits overdue deviating confirmed_out incomplete affected disputed",
    ),
    (Look("hold", Icon("hand-stop")), "held hold on_hold stopped contained"),
    (Look("bad", Icon("ban")), "rejected refused blocked denied down below above"),
    (
        Look("bad", Icon("circle-x")),
        "failed fail invalid unreadable error broken out_of_tolerance expired no locked damaged missing given_up",
    ),
    (Look("bad", Icon("trash")), "scrapped scrap destroyed"),
    (Look("neutral", Icon("x")), "cancelled withdrawn skipped abandoned lifted waived removed"),
    (Look("neutral", Icon("archive")), "retired superseded obsolete archived inactive consumed ended"),
    (Look("neutral", Icon("refresh")), "rework reworked reopened repair sort return downgrade concession retrying"),
)
BY_STATE: dict[str, Look] = {state: look for look, states in LOOKS for state in states.split()}
UNKNOWN = Look("neutral", Icon("point"))


def tone_of(state: str) -> Look:
    """The look of a state's code; neutral for one that nobody listed."""
    return BY_STATE.get(state.lower().replace("-", "_"), UNKNOWN)
