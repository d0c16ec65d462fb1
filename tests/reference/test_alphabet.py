"""The Albanian alphabet: lists stand in its order on every database, whatever collation its server was set up with."""

from importlib import import_module

import pytest

from krat.committee.models import Institution
from krat.demo import make
from krat.reference.albanian import sort_key
from krat.reference.models import County
from tests.ui.html_client import rows

pytestmark = pytest.mark.django_db
ORDER = import_module("krat.reference.migrations.0007_order_of_digits")

IN_ORDER = [
    "12 Marsi",
    "Cërrik",
    "Çorovodë",
    "Durrës",
    "Dhërmi",
    "Elbasan",
    "Ërsekë",
    "Gramsh",
    "Gjirokastër",
    "Krujë",
    "Lushnjë",
    "Llogara",
    "Sarandë",
    "Shijak",
    "Vau i Dejës",
    "Vaun",
    "Xarrë",
    "Xhyrë",
    "Zagori",
    "Zharrëz",
]


def test_lists_stand_in_the_order_of_the_alphabet():
    for name in reversed(IN_ORDER):
        make.institution(name=name, territories=())

    found = rows(Institution).filter(short_name__in=IN_ORDER).order_by("sort_key")
    assert [one.short_name for one in found] == IN_ORDER


def test_counties_too(world):
    assert [one.name for one in County.objects.order_by("sort_key")][:4] == ["Berat", "Dibër", "Durrës", "Elbasan"]


def test_rows_of_before_get_the_same_keys_and_may_go_back():
    assert [ORDER.in_digits(name) for name in IN_ORDER] == [sort_key(name)[:200] for name in IN_ORDER]
    assert sorted(IN_ORDER, key=ORDER.in_signs) == IN_ORDER
