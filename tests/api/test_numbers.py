"""Numbers that come as texts are read as the forms read them: "1.000" is a thousand, never one."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from rest_framework import serializers

from cases.api.serializers import IdentitySerializer
from krat.api.serializers import WholeNumberField

READ = [
    (7, 7),
    ("7", 7),
    ("1000", 1000),
    ("1.000", 1000),
    ("1 000", 1000),
    ("12.000.000", 12_000_000),
    (" 12 ", 12),
    ("-1.000", -1000),
    (2.0, 2),
]
REFUSED = ["1,000", "12.50", "1.00", "1.0", "1.0000", "1e3", "", "shtatë", "0x10", True, 1.5, "9" * 30, [1], {}]


@pytest.mark.parametrize(("sent", "number"), READ)
def test_it_is_read_as_people_write_it(sent, number):
    assert WholeNumberField().run_validation(sent) == number


@pytest.mark.parametrize("sent", REFUSED, ids=repr)
def test_what_could_be_read_in_two_ways_is_refused(sent):
    with pytest.raises(serializers.ValidationError) as refusal:
        WholeNumberField().run_validation(sent)

    [detail] = refusal.value.detail
    assert detail.code in ("invalid", "max_string_length")
    assert str(detail)


def test_the_field_of_the_framework_would_take_a_thousand_for_one():
    """The negative control, and why there is a field of our own."""
    assert serializers.IntegerField().run_validation("1.000") == 1


def test_limits_still_hold():
    with pytest.raises(serializers.ValidationError):
        WholeNumberField(min_value=1900, max_value=2100).run_validation("1.899")
    assert WholeNumberField(min_value=1900, max_value=2100).run_validation("1.990") == 1990


def test_no_serializer_reads_numbers_otherwise():
    places = [Path(settings.BASE_DIR) / name for name in ("krat", "cases", "meetings")]
    sources = [path for place in places for path in place.rglob("*.py") if path.name != "forms.py"]
    plain = re.compile(r"serializers\.(Integer|Float|Decimal)Field\(|ModelSerializer")

    found = [str(path.relative_to(settings.BASE_DIR)) for path in sources if plain.search(path.read_text())]

    assert found == []


def test_in_a_record_of_a_case_it_is_read_or_refused_with_a_sentence():
    read = IdentitySerializer(data={"birth_year": "2.015"}, partial=True)
    assert read.is_valid()
    assert read.validated_data["birth_year"] == 2015

    refused = IdentitySerializer(data={"birth_year": "2,015"}, partial=True)
    assert not refused.is_valid()
    assert refused.errors["birth_year"]
