"""Filters of lists: django-filter, and nothing but what a list declares.

A filter stands in the address: codes, numbers and days only, never text that somebody typed about a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_filters import ChoiceFilter, DateFilter, Filter, FilterSet, ModelChoiceFilter

from krat.ui.forms import BaseForm, DateField, NumberField

ALL = "all"
_STATE = gettext_lazy("State")

Words = str | Promise


class Filters(FilterSet):  # type: ignore[misc]  # brings no types
    """The filters of a list. Each one is declared: none is made from a model, and other parameters are not listened to.

    One that makes no sense shows its error and does not narrow. ``Filters(request.GET, rows, request=request)``
    """

    class Meta:
        form = BaseForm


class DayFilter(DateFilter):  # type: ignore[misc]
    """A day, as every form here takes it."""

    field_class = DateField


class NumberFilter(Filter):  # type: ignore[misc]
    """A whole number; django-filter's own also takes broken ones."""

    field_class = NumberField


class TickFilter(Filter):  # type: ignore[misc]
    """Ticked, it narrows; not ticked, it does not."""

    field_class = forms.BooleanField

    def filter(self, qs: Any, value: Any) -> Any:
        return super().filter(qs, value) if value else qs


class RowFilter(ModelChoiceFilter):  # type: ignore[misc]
    """A row of a list. Where the door stands before it, ``queryset`` is a function of the request.

    Its field is Django's: the choices of django-filter's own cannot be read before the page is rendered.
    """

    field_class = forms.ModelChoiceField


class StandingFilter(ChoiceFilter):  # type: ignore[misc]
    """How things stand. A list with it shows at first what is open (``open_as``), and all of it at its second tab; one
    in which people look things up (``shows_all``) the other way round.

    ``narrow`` says for a code which rows it means; it is asked for every code but that of all of them.
    """

    def __init__(
        self,
        *,
        narrow: Callable[[models.QuerySet[Any], str], models.QuerySet[Any]],
        choices: Sequence[tuple[str, Words]],
        open_as: str = "open",
        shows_all: bool = False,
        label: Words = _STATE,
        **kwargs: Any,
    ) -> None:
        self.narrow, self.open_as = narrow, open_as
        self.usual = ALL if shows_all else open_as
        first = [one for one in choices if one[0] == open_as] or [(open_as, pgettext_lazy("standing", "open ones"))]
        others = [one for one in choices if one[0] != open_as]
        every = (ALL, pgettext_lazy("standing", "all of them"))
        super().__init__(label=label, choices=[*first, every, *others], empty_label=None, **kwargs)

    def filter(self, qs: Any, value: Any) -> Any:
        return qs if value in ("", None, ALL) else self.narrow(qs, value)


@dataclass(frozen=True)
class Column:
    """What a list can be sorted by: its words, and a field or an expression of the database."""

    words: Words
    by: Any
    runs_back: bool = False  # what is read grows where the field falls, as days since a day


def by_choices(name: str, choices: Sequence[tuple[Any, Any]]) -> models.Case:
    """The order in which the choices of a field stand in the code, as an expression to sort by."""
    whens = [models.When(**{name: code}, then=position) for position, (code, _words) in enumerate(choices)]
    return models.Case(*whens, default=len(whens), output_field=models.IntegerField())


def _ways(columns: Mapping[str, Column]) -> Callable[[], list[tuple[str, str]]]:
    """Up and down by each column, said in the language of whoever asks; no method: forms copy their choices deeply."""

    def choices() -> list[tuple[str, str]]:
        ways = []
        for code, column in columns.items():
            ways.append((code, _("%(column)s: ascending") % {"column": column.words}))
            ways.append((f"-{code}", _("%(column)s: descending") % {"column": column.words}))
        return ways

    return choices


class SortFilter(ChoiceFilter):  # type: ignore[misc]
    """The order of a list by one of its columns, up or down; rows without a value last. Unless said, the list's own.

    Rows that are alike in it stay in the order of the list itself.
    """

    def __init__(self, columns: Mapping[str, Column], **kwargs: Any) -> None:
        self.columns = dict(columns)
        super().__init__(
            label=gettext_lazy("Order"),
            choices=_ways(self.columns),
            empty_label=gettext_lazy("as the list stands"),
            **kwargs,
        )

    def filter(self, qs: Any, value: Any) -> Any:
        column = self.columns.get((value or "").removeprefix("-"))
        if column is None:
            return qs
        by = models.F(column.by) if isinstance(column.by, str) else column.by
        first = OrderBy(by, descending=value.startswith("-") is not column.runs_back, nulls_last=True)
        return qs.order_by(first, *qs.query.order_by, *(() if qs.query.order_by else qs.model._meta.ordering), "pk")
