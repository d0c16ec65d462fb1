"""What is counted: areas declare it in their ``counts.py`` as ``COUNTED``, in SQL that both databases understand."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import timezone

from krat.access import areas

COLUMNS = ("series", "place_id", "first", "second", "is_victim", "year", "word")


@dataclass(frozen=True)
class Dialect:
    """The few expressions in which the two databases differ. Moments are kept in UTC; days and years are those here."""

    vendor: str

    @property
    def _is_sqlite(self) -> bool:
        return self.vendor == "sqlite"

    def year(self, day: str) -> str:
        """The year of a day."""
        return f"CAST(substr({day}, 1, 4) AS INTEGER)" if self._is_sqlite else f"extract(year FROM {day})::integer"

    def quarter(self, day: str) -> str:
        """The quarter of a day, as a word."""
        if self._is_sqlite:
            return f"CAST((CAST(substr({day}, 6, 2) AS INTEGER) + 2) / 3 AS TEXT)"
        return f"extract(quarter FROM {day})::integer::text"

    def utc_day(self, moment: str) -> str:
        """The day of a moment in UTC, as a word that sorts by time."""
        return f"substr({moment}, 1, 10)" if self._is_sqlite else f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"

    def day(self, moment: str) -> str:
        """The day of a moment here; on SQLite by Django's own function, which stands in its connections only."""
        if self._is_sqlite:
            return f"django_datetime_cast_date({moment}, '{settings.TIME_ZONE}', 'UTC')"
        return f"({moment} AT TIME ZONE '{settings.TIME_ZONE}')::date"

    def days_between(self, earlier: str, later: str) -> str:
        """How many days lie between two moments here, as a word."""
        if self._is_sqlite:
            return f"CAST(CAST(julianday({self.day(later)}) - julianday({self.day(earlier)}) AS INTEGER) AS TEXT)"
        return f"({self.day(later)} - {self.day(earlier)})::text"

    def moment(self, utc: str) -> str:
        """A moment, written as it is kept."""
        return f"'{utc}'" if self._is_sqlite else f"'{utc}+00'::timestamptz"


@dataclass(frozen=True)
class Counted:
    """One table whose rows are counted: each row is one more, or fewer, of the cells that ``cells`` selects for it.

    ``cells`` is given the dialect, from where rows of this table are read, and from where rows of ``parent`` (both as
    they may stand after FROM), and answers selections of `COLUMNS` and ``n``. ``columns`` are those of the table of
    which the cells are made; ``of_parent`` those of the parent, which moves its rows to other cells when it changes:
    whoever writes such a row holds its parent (decision 32). ``by_day`` names series whose words are days until which
    something runs: the past ones may be put together.
    """

    table: str
    columns: tuple[str, ...]
    cells: Callable[[Dialect, str, str], list[str]]
    parent: str = ""
    of_parent: tuple[str, ...] = ()
    by_day: tuple[str, ...] = ()


@cache
def counted() -> tuple[Counted, ...]:
    """What every area declares."""
    return tuple(one for area in areas.modules("counts") for one in getattr(area, "COUNTED", ()))


def selection(parts: Iterable[tuple[int, Iterable[str]]]) -> str:
    """The cells of several selections, each counted so many times (+1, -1), as one selection."""
    columns = ", ".join(COLUMNS)
    return " UNION ALL ".join(
        f"SELECT {columns}, {times} * n AS n FROM ({one}) AS cells" for times, selections in parts for one in selections
    )


def everything(dialect: Dialect) -> str:
    """The cells of every counted row there is, once each."""
    return selection((1, one.cells(dialect, one.table, one.parent)) for one in counted())


def midnight() -> datetime.datetime:
    """When the day began in UTC."""
    return timezone.now().astimezone(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def today() -> str:
    """The day in UTC, as the words of series by day are written."""
    return midnight().date().isoformat()
