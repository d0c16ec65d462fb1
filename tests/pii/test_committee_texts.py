"""No text reaches the committee's papers but by the guard: every form and every call by which one could."""

from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ValidationError

from krat.committee.identity_guard import refuse_personal
from krat.demo import make
from krat.reference.models import Holiday
from tests.ui.form_examples import FORMS, Examples
from tests.ui.html_client import person  # noqa: F401  a fixture
from tests.ui.test_forms import texts_of

COMMITTEE = ("meetings:", "plan:", "committee:")  # the country's lists are the administrator's, and no papers
# What is written freely there and not read by the guard, each with why.
UNREAD = {
    "committee:institution_add": {"name", "short_name", "phone"},  # the names that may stand in any text are made here
    "committee:institution_edit": {"name", "short_name", "phone"},
}
# Calls by which machines write, besides those of cases and referrals, which hold data of persons.
OF_CASES = ("/api/v1/cases/", "/api/v1/referrals/")
READ_IN_CALLS = {("/api/v1/tasks/{code}/progress/", "note")}  # tests/api/test_base.py sends a name there


@pytest.fixture
def examples(world) -> Examples:
    """Durrës, with one of everything as it is asked for."""
    return Examples()


@pytest.mark.parametrize("page", [one for one in FORMS if one.route.startswith(COMMITTEE)], ids=lambda page: page.route)
def test_whatever_is_written_freely_about_the_committee_is_read_by_the_guard(page, person, examples):  # noqa: F811
    """`tests/ui/test_forms.py` then sends a private person's name in each of them, and sees it refused."""
    _who, _address, _words, form = page.open(person, examples)

    written = {name for name in texts_of(form) if not form.fields[name].widget.is_hidden}
    offices = {name for name in written if name.startswith("office-")}  # tests/meetings/test_attendance.py

    assert written - offices - set(page.texts) == UNREAD.get(page.route, set())


def test_whatever_machines_write_about_the_committee_is_read_by_the_guard():
    schema = yaml.safe_load((Path(__file__).parents[1] / "api" / "schema.yml").read_text(encoding="utf-8"))
    shapes = schema["components"]["schemas"]
    found = set()
    for path, calls in schema["paths"].items():
        for method, call in calls.items():
            if method in ("get", "delete") or path.startswith(OF_CASES):
                continue
            for content in call.get("requestBody", {}).get("content", {}).values():
                shape = shapes[content["schema"]["$ref"].rpartition("/")[2]]
                for name, field in shape.get("properties", {}).items():
                    if field.get("type") == "string" and "format" not in field and "pattern" not in field:
                        found.add((path, name))

    assert found == READ_IN_CALLS


def test_the_registrys_own_institutions_and_holidays_may_stand_in_a_text(world):
    name = "Fondacioni Zymbyl Karafili"
    feast = Holiday.objects.create(day="2031-09-05", name_sq="Shenjtërimi i Mërtir Zhvirblës", name_en="A saint's day")
    with pytest.raises(ValidationError):
        refuse_personal({"text": f"Raportoi {name} sot."})

    make.institution(county="AL-02", name=name)
    refuse_personal({"text": f"Raportoi {name} sot. Mbledhja nuk bëhet më {feast.name_sq}."})

    feast.delete()
    with pytest.raises(ValidationError):
        refuse_personal({"text": f"Mbledhja nuk bëhet më {feast.name_sq}."})
