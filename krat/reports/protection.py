"""How counts of cases are told so that nobody is found behind them (promise 14). Knows no Django and no database.

1. **Rounded.** A count below the limit (5) is not told: "< 5", and none at all looks the same. Every other is rounded
   to the nearest multiple of the limit. So whatever a reader subtracts, one place from another, one quarter from
   another, this morning's page from yesterday's: two told numbers are equal, or at least the limit apart.
2. **Complementary.** A told number still says between which bounds the count lies, and the tables of one population
   share its total: with 10 (8 to 12), 10 and a total of 30 (28 to 32), a hidden number can only be 4. So the tables
   are let out one by one, the weightiest first. As long as the bounds of everything let out leave a hidden number
   fewer than two possible values, the table loses more: its hidden numbers no longer say that they are small ("–"),
   and its smallest told number is hidden like them; then the next. A table that tells nothing adds nothing.
3. **Nested and partial tables.** Municipalities are one more table of their county's population. A table of a part of
   the population (cases that have a school part) has one more cell, which is never told: the rest.
4. **Order.** Rows stand in the order of their list, never by size, which would tell how hidden numbers compare.

`krat.reports.queries` counts only what a seat cannot open row by row, and gives that seat its own rows beside it,
exactly: a unit has nothing to subtract its own cases from.

What this does not keep from anybody: that a case more came, for who watches a number until it steps; and what members
of a small town know without the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ANY = 10**9  # no bound


@dataclass(frozen=True)
class Told:
    """What is told of one count: a rounded number or none, and the bounds within which a reader knows it to lie."""

    value: int | None
    low: int = 0
    high: int = ANY

    @property
    def is_few(self) -> bool:
        """Whether it is told that the count is below the limit."""
        return self.value is None and self.high < ANY

    @property
    def is_hidden(self) -> bool:
        """Whether nothing at all is told."""
        return self.value is None and self.high == ANY


@dataclass(frozen=True)
class Counts:
    """The counts of one table. ``rest``: None where they make up the whole population; else the fewest that may be
    outside the table (0, or less than 0 where some of the table are no part of the counted population)."""

    cells: tuple[int, ...]
    rest: int | None = None


HIDDEN = Told(None)


def rounded(count: int, limit: int) -> Told:
    """What is told of a count by itself."""
    if count < limit:
        return Told(None, 0, limit - 1)
    below = limit // 2
    value = (count + below) // limit * limit
    return Told(value, max(limit, value - below), value - below + limit - 1)


def tell(total: int, tables: Sequence[Counts], limit: int) -> tuple[Told, list[list[Told]]]:
    """What is told of one population: of its total, and of every cell of tables that share it, the weightiest first."""
    told_total = rounded(total, limit)
    told: list[list[Told]] = [[] for _table in tables]
    out: list[tuple[list[Told], Counts]] = []
    for at, table in enumerate(tables):
        if not table.cells:
            continue  # a table without a row says nothing, and there is nothing in it to hide
        cells = [rounded(count, limit) for count in table.cells]
        while not is_safe(told_total, [*(one for one, _of in out), cells], [*(of for _told, of in out), table]):
            cells = _hide_more(cells, table.cells)
        out.append((cells, table))
        told[at] = cells
    return told_total, told


def _hide_more(cells: list[Told], counts: Sequence[int]) -> list[Told]:
    """The hidden numbers no longer said to be small, and the smallest told one among them."""
    told = [at for at, cell in enumerate(cells) if cell.value is not None]
    smallest = min(told, key=lambda at: counts[at], default=None)
    return [HIDDEN if at == smallest or cell.value is None else cell for at, cell in enumerate(cells)]


def is_safe(total: Told, told: Sequence[Sequence[Told]], tables: Sequence[Counts]) -> bool:
    """Whether every hidden number of one population still has two possible values or more.

    Tables share nothing but their total, so these bounds are exact: every total between the narrowest ones can be
    reached in each table by itself.
    """
    full = [[*cells, *_rest(table)] for cells, table in zip(told, tables, strict=True)]
    low = max([total.low, *(sum(cell.low for cell in cells) for cells in full)])
    high = min([total.high, *(sum(cell.high for cell in cells) for cells in full)])
    if total.value is None and low >= high:
        return False
    for cells, known in zip(full, told, strict=True):
        lows, highs = sum(cell.low for cell in cells), sum(cell.high for cell in cells)
        for cell in known:
            least = max(cell.low, low - (highs - cell.high))
            most = min(cell.high, high - (lows - cell.low))
            if cell.value is None and least >= most:
                return False
    return True


def _rest(table: Counts) -> list[Told]:
    return [] if table.rest is None else [Told(None, table.rest, ANY)]
