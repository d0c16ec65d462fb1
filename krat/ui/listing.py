"""Lists: every one is paged, filtered by declared fields only, and says how many there are.

One mechanism for all of them. A list declares a `Filters` class: its filters, as ``state`` a `StandingFilter` where it
shows at first only what is open (its tabs then say so), and as ``sort`` a `SortFilter` with the columns it can be
sorted by. `listing` gives back one page, and every address that leads on from it: the other tab, another order, another
page, the whole list. Everything stands in the address as a code, a number or a day (decision 17), nothing twice and
nothing that is so unless said. The page shows it with::

    {% filters listing=found %}{% endfilters %}
    … {% column "until_label" sort="until" %}{% translate "Until" %}{% endcolumn %} …
    {% include "components/pager.html" with page=found.page query=found.query only %}

Without script the filters are sent by their button; with it as soon as one is chosen (filters.js). On a phone, where a
table has no head, the order is chosen among the filters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, Model, QuerySet, Subquery
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from krat.ui.filters import ALL, Filters, SortFilter, StandingFilter
from krat.ui.forms import BaseForm

M = TypeVar("M", bound=Model)

PER_PAGE = 25
_SORT = "sort"
_MOST_DIGITS = 7  # of the number of a page

# Reads the rows from one to another, and says how many there are at all: a list that knows a shorter way than Django's.
Reader = Callable[[QuerySet[M], int, int], tuple[list[M], int]]


@dataclass(frozen=True)
class Tab:
    """One of the two ways to see a list: what is open, or all of it."""

    label: str | Promise
    url: str
    is_current: bool


@dataclass
class Listing(Generic[M]):
    """One page of a list, with its filters, its total, and the addresses that lead on from it.

    ``query`` is what the address says beyond what is so unless said, without the page; what is added to it by hand
    stays in every address. ``kept`` is what stays besides the filters, as the code of a search.
    """

    page: Page[M]
    total: int
    filters: BaseForm | None
    query: str
    columns: Mapping[str, Any] = field(default_factory=dict)
    standing: str = ""  # the filter that says what is open
    open_as: str = ""  # and its code for it
    usual: str = ""  # what of it is shown unless said
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[M]:
        """The rows of this page."""
        return list(self.page.object_list)

    @property
    def _said(self) -> QueryDict:
        return QueryDict(self.query)

    @property
    def shows(self) -> str:
        """What of the standing is shown, by its code; empty where the list has no such filter."""
        return self._said.get(self.standing, self.usual) if self.standing else ""

    @property
    def tabs(self) -> list[Tab]:
        """What is open and all of it; neither is current where one state is asked for."""
        if not self.standing:
            return []
        ways = [(_("Open ones"), self.open_as), (_("All of them"), ALL)]
        return [Tab(words, self._but({self.standing: code}), self.shows == code) for words, code in ways]

    @property
    def everything(self) -> str:
        """Where the whole list is; empty where this is it already."""
        return self._but({self.standing: ALL}) if self.standing and self.shows == self.open_as else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether something is looked for: not the order, and neither of the tabs."""
        said = self._said
        return any(
            name not in (_SORT, *self.kept) and not (name == self.standing and said[name] in (ALL, self.open_as))
            for name in said
        )

    @property
    def reset(self) -> str:
        """Where the list is without what narrows it, in the same tab and order; empty where nothing does."""
        if not self.is_narrowed:
            return ""
        stays = {_SORT, *([self.standing] if self.shows in (ALL, self.open_as) else [])}
        return self._but({name: "" for name in self._said if name not in stays})

    def here(self, without: str = "") -> str:
        """The address of this very page of the list, but for one of its parameters."""
        said = QueryDict(self.query, mutable=True)
        said.pop(without, None)
        if self.page.number > 1:
            said["page"] = str(self.page.number)
        return f"?{said.urlencode()}"

    def sorted_by(self, column: str) -> tuple[str, str]:
        """How a column stands in the order (``ascending``, ``descending`` or nothing), and where its heading leads:
        up, then down, then back to the order of the list itself."""
        now = self._said.get(_SORT, "")
        stands = {column: "ascending", f"-{column}": "descending"}.get(now, "")
        following = {"": column, "ascending": f"-{column}", "descending": ""}[stands]
        return stands, self._but({_SORT: following})

    def _but(self, changed: Mapping[str, str]) -> str:
        """This list's address with these changes, on its first page."""
        said = QueryDict(self.query, mutable=True)
        for name, value in changed.items():
            if value and not (name == self.standing and value == self.usual):
                said[name] = value
            else:
                said.pop(name, None)
        return f"?{said.urlencode()}"


def listing(
    request: HttpRequest,
    rows: QuerySet[M],
    filters: type[Filters] | None = None,
    *,
    unless_said: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
    per_page: int = PER_PAGE,
    read: Reader[M] | None = None,
) -> Listing[M]:
    """One page of these rows, as the address asks for it (one statement, and one for each choice of rows).

    ``unless_said`` holds what is asked for where the address does not say, by filter; what is open where there is a
    `StandingFilter`. ``kept`` stays in every address beside the filters. ``read`` counts and reads instead, where rows
    are many and their order is none of an index alone.
    """
    form: BaseForm | None = None
    by_name = dict(filters.base_filters) if filters is not None else {}
    standing = next((name for name, one in by_name.items() if isinstance(one, StandingFilter)), "")
    open_as, at_first = (by_name[standing].open_as, by_name[standing].usual) if standing else ("", "")
    usual = {**({standing: at_first} if standing else {}), **(unless_said or {})}
    said = request.GET.copy()
    for name in list(said):
        if name not in by_name or said[name] in ("", usual.get(name)):
            del said[name]
    if filters is not None:
        asked = said.copy()
        for name, value in usual.items():
            asked.setdefault(name, value)
        narrowed = filters(asked, rows, request=request)
        rows, form = narrowed.qs, narrowed.form
        form.fetch_choices()
    page, total = _page_of(rows, request.GET.get("page"), per_page, read or _read)
    said.update(dict(kept or {}))
    sort = by_name.get(_SORT)
    return Listing(
        page=page,
        total=total,
        filters=form,
        query=said.urlencode(),
        columns=sort.columns if isinstance(sort, SortFilter) else {},
        standing=standing,
        open_as=open_as,
        usual=at_first,
        kept=kept or {},
    )


class _HowMany(Subquery):
    """How many rows a subquery has, as one value of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def how_many(rows: QuerySet[Any], most: int | None = None) -> Subquery:
    """How many rows there are, counted up to ``most``: a value that comes along with the rows of a page."""
    return _HowMany(rows.order_by().values("pk")[:most])


def _read(rows: QuerySet[M], start: int, stop: int) -> tuple[list[M], int]:
    """One statement; another where there is no such page."""
    found: list[Any] = list(rows.annotate(rows_at_all=how_many(rows))[start:stop])
    if found:
        return found, found[0].rows_at_all
    return [], rows.count() if start else 0


def _page_of(rows: QuerySet[M], asked: str | None, per_page: int, read: Reader[M]) -> tuple[Page[M], int]:
    """A page by the number in the address: nonsense is the first one, and what lies beyond the last is the last one."""
    number = int(asked) if asked and asked.isdecimal() and len(asked) < _MOST_DIGITS else 1
    number = max(1, number)
    found, total = read(rows, (number - 1) * per_page, number * per_page)
    paginator = Paginator(found, per_page)
    paginator.count = total
    page = paginator.get_page(asked)
    if page.number != number:
        found, total = read(rows, (page.number - 1) * per_page, page.number * per_page)
    page.object_list = found
    return page, total
