"""Lists: every one is paged, filtered by declared fields only, and says how many there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from krat.ui.forms import BaseForm

M = TypeVar("M", bound=Model)
Narrow = Callable[[QuerySet[Any], Any], QuerySet[Any]]

PER_PAGE = 25


class FilterForm(BaseForm):
    """The filters of a list. ``narrowing`` says for each field how it narrows; other parameters are not listened to."""

    narrowing: Mapping[str, str | Narrow] = {}

    def narrow(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that fit; a filter that makes no sense shows its error and does not narrow."""
        self.is_valid()
        for name, how in self.narrowing.items():
            value = self.cleaned_data.get(name)
            if value in (None, "", False) or name in self.errors:
                continue
            rows = how(rows, value) if callable(how) else rows.filter(**{how: value})
        return rows


@dataclass
class Listing(Generic[M]):
    """One page of a list, with its filters and its total."""

    page: Page[M]
    total: int
    filters: FilterForm | None
    query: str

    @property
    def rows(self) -> list[M]:
        """The rows of this page."""
        return list(self.page.object_list)


def listing(
    request: HttpRequest, rows: QuerySet[M], filters: FilterForm | None = None, *, per_page: int = PER_PAGE
) -> Listing[M]:
    """One page of these rows, as the address asks for it (one count and one read)."""
    if filters is not None:
        rows = filters.narrow(rows)
        filters.fetch_choices()
    paginator = Paginator(rows, per_page)
    page = paginator.get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    query = request.GET.copy()
    for name in list(query):
        if filters is None or name not in filters.fields:
            del query[name]
    return Listing(page=page, total=paginator.count, filters=filters, query=query.urlencode())
