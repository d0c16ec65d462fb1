"""Lists: every one is paged, filtered by declared fields only, and says how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from krat.ui.filters import Filters
from krat.ui.forms import BaseForm

M = TypeVar("M", bound=Model)

PER_PAGE = 25


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
    keys_first: bool = False,
) -> Listing[M]:
    """One page of these rows, as the address asks for it (one count and one read, and one for each choice of rows).

    ``asked`` stands in for the address where something is asked for unless said. ``keys_first`` sorts keys alone and
    reads the rows of the page after that (one read more): for an order that no index has, over many wide rows.
    """
    form: BaseForm | None = None
    if filters is not None:
        narrowed = filters(request.GET if asked is None else asked, rows, request=request)
        rows, form = narrowed.qs, narrowed.form
        form.fetch_choices()
    paginator = Paginator(rows, per_page)
    page = paginator.get_page(request.GET.get("page"))
    if keys_first:
        keys = list(cast("QuerySet[M]", page.object_list).values_list("pk", flat=True))
        found = rows.order_by().in_bulk(keys)
        page.object_list = [found[key] for key in keys if key in found]
    else:
        page.object_list = list(page.object_list)
    query = request.GET.copy()
    for name in list(query):
        if form is None or name not in form.fields:
            del query[name]
    return Listing(page=page, total=paginator.count, filters=form, query=query.urlencode())
