"""Filters of lists: django-filter, and nothing but what a list declares.

A filter stands in the address: codes, numbers and days only, never text that somebody typed about a person.
"""

from typing import Any

from django import forms
from django_filters import DateFilter, Filter, FilterSet, ModelChoiceFilter

from krat.ui.forms import BaseForm, DateField, NumberField


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
