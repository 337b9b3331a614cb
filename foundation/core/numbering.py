"""Numbers for people (``WO-000001``). Called inside an act: the row lock holds until it commits, so no gap by rollback."""

from django.db.models import F

from foundation.core.models import NumberSeries


def next_number(name: str, *, prefix: str, width: int = 6) -> str:
    """The next number of the series; the series is made when it is first asked for. ``count`` of them: `next_numbers`."""
    return next_numbers(name, 1, prefix=prefix, width=width)[0]


def next_numbers(name: str, count: int, *, prefix: str, width: int = 6) -> list[str]:
    """``count`` consecutive numbers in one statement pair."""
    if not NumberSeries.objects.filter(name=name).update(last=F("last") + count):
        NumberSeries.objects.bulk_create(
            [NumberSeries(name=name, prefix=prefix, width=width, last=0)], ignore_conflicts=True
        )
        NumberSeries.objects.filter(name=name).update(last=F("last") + count)
    series = NumberSeries.objects.get(name=name)
    return [f"{series.prefix}-{number:0{series.width}d}" for number in range(series.last - count + 1, series.last + 1)]
