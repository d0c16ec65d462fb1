"""Numbers as people write them here: a point groups thousands, and what could be read in two ways is refused."""

import importlib
import pkgutil

import pytest
from django import forms
from django.core.exceptions import ValidationError

import cases.forms
import krat.plan.forms
from krat.demo import make
from krat.plan.models import Activity
from krat.ui.forms import BaseForm, NumberField
from tests.ui.form_examples import BY_ROUTE, Examples
from tests.ui.html_client import rows

FIELD = NumberField(min_value=0, max_value=2_000_000)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1000", 1000),
        ("1.000", 1000),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("1.234.567", 1234567),
        (" 12 ", 12),
        ("007", 7),
        (1000, 1000),
        ("0", 0),
    ],
)
def test_a_number_is_understood_as_people_write_it(typed, number):
    assert FIELD.clean(typed) == number


@pytest.mark.parametrize(
    "typed", ["1,000", "1,5", "1.5", "12.50", "1.00", "1.0000", "1.000 000", ".5", "1.", "1e3", "një", "１", "1.000,00"]
)
def test_what_could_be_read_in_two_ways_is_refused_with_a_sentence(typed):
    with pytest.raises(ValidationError) as refusal:
        FIELD.clean(typed)
    assert "1000" in refusal.value.messages[0]
    assert "1.000" in refusal.value.messages[0]


def test_bounds_hold_and_nothing_is_nothing():
    assert NumberField(required=False).clean("") is None
    with pytest.raises(ValidationError):
        FIELD.clean("3.000.000")
    with pytest.raises(ValidationError):
        FIELD.clean("-1.000")


def test_djangos_own_field_would_read_a_thousand_as_one():
    """Why there is a field of our own."""
    assert forms.IntegerField().clean("1.000") == 1


def _forms(of: type[forms.BaseForm]) -> list[type[forms.BaseForm]]:
    return [of, *(one for below in of.__subclasses__() for one in _forms(below))]


def test_every_number_that_people_type_is_of_this_field():
    for package in (cases.forms, krat.plan.forms):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found = {
        f"{form.__name__}.{name}": field
        for form in _forms(BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.IntegerField | forms.DecimalField | forms.FloatField) and not field.widget.is_hidden
    }
    assert len(found) > 8
    assert [name for name, field in found.items() if not isinstance(field, NumberField)] == []


@pytest.mark.django_db
def test_an_activity_that_reached_a_thousand_women_reached_a_thousand(person, world):
    page, examples = BY_ROUTE["plan:activity_add"], Examples()
    words = page.data(examples) | {"state": "held", "held_on": make.in_days(-1).isoformat()}

    person("zva.durres").save(page.address(examples), **words | {"women": "1.000", "men": "0"})

    assert rows(Activity).order_by("-pk")[0].women == 1000
