"""Lists: every one is paged, filtered by declared fields only, and says how many there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, Model, QuerySet, Subquery
from django.http import HttpRequest

from krat.ui.filters import Filters
from krat.ui.forms import BaseForm

M = TypeVar("M", bound=Model)

PER_PAGE = 25
_MOST_DIGITS = 7  # of the number of a page

# Reads the rows from one to another, and says how many there are at all: a list that knows a shorter way than Django's.
Reader = Callable[[QuerySet[M], int, int], tuple[list[M], int]]


@dataclass
class Listing(Generic[M]):
    """One page of a list, with its filters and its total."""

    page: Page[M]
    total: int
    filters: BaseForm | None
    query: str

    @property
    def rows(self) -> list[M]:
        """The rows of this page."""
        return list(self.page.object_list)


def listing(
    request: HttpRequest,
    rows: QuerySet[M],
    filters: type[Filters] | None = None,
    *,
    asked: Mapping[str, Any] | None = None,
    per_page: int = PER_PAGE,
    read: Reader[M] | None = None,
) -> Listing[M]:
    """One page of these rows, as the address asks for it (one statement, and one for each choice of rows).

    ``asked`` stands in for the address where something is asked for unless said. ``read`` counts and reads instead,
    where rows are many and their order is none of an index alone.
    """
    form: BaseForm | None = None
    if filters is not None:
        narrowed = filters(request.GET if asked is None else asked, rows, request=request)
        rows, form = narrowed.qs, narrowed.form
        form.fetch_choices()
    page, total = _page_of(rows, request.GET.get("page"), per_page, read or _read)
    query = request.GET.copy()
    for name in list(query):
        if form is None or name not in form.fields:
            del query[name]
    return Listing(page=page, total=total, filters=form, query=query.urlencode())


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
