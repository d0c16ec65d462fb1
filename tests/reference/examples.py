"""What the tests ask of lists, deadlines and holidays."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from krat.demo import make
from krat.reference.models import Deadline, Holiday, Term, Threshold
from tests.declaring import ADMIN, FormPage, Shows, at, day
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def _term(_examples: Examples) -> dict[str, Any]:
    return {
        "code": "shtylla-e-re",
        "name_sq": "Shtylla e re",
        "name_en": "New pillar",
        "position": 7,
        "retired_on": "",
        "legal_reference": "Urdhri 139/2006",
        "verified_on": day(-3),
        "verified_by": "Sekretaria",
    }


def _of_a_deadline() -> dict[str, Any]:
    return {"starts_from": "signal", "moves_off_rest_days": "on", "verified_on": day(-1)}


def more_rows_of_lists(_examples: Examples) -> None:
    number = make.number()
    Term.objects.create(list="pillar", code=f"t{number}", name_sq="Shtylla", name_en="Pillar")
    Holiday.objects.create(day=datetime.date(2086, 1, 1) + datetime.timedelta(days=number), name_sq="F", name_en="H")


OPEN_ARGUMENTS = {
    ("settings/lists/", "kind"): lambda: Term.List.PILLAR.value,
    ("settings/lists/", "term"): lambda: Term.objects.filter(list=Term.List.PILLAR)[0].code,
    ("settings/deadlines/", "deadline"): lambda: Deadline.objects.all()[0].code,
    ("settings/thresholds/", "threshold"): lambda: Threshold.objects.all()[0].code,
    ("settings/holidays/", "day"): lambda: Holiday.objects.all()[0].day,
}

FORMS = [
    FormPage("reference:term_add", ADMIN, lambda s: url("reference:term_add", kind="pillar"), _term, "term.saved"),
    FormPage(
        "reference:term_edit",
        ADMIN,
        lambda s: url("reference:term_edit", kind="pillar", term=s.term.code),
        _term,
        "term.saved",
    ),
    FormPage(
        "reference:deadline_edit",
        ADMIN,
        lambda s: url("reference:deadline_edit", deadline=s.deadline.code),
        lambda s: {"amount": 9, "unit": "days", "legal_reference": "VKM 578/2018"} | _of_a_deadline(),
        "deadline.saved",
    ),
    FormPage(
        "reference:threshold_edit",
        ADMIN,
        lambda s: url("reference:threshold_edit", threshold=s.threshold.code),
        lambda s: {"amount": 9, "legal_reference": "Rregull i zyrës", "verified_on": day(-1), "verified_by": "Zyra"},
        "threshold.saved",
    ),
    FormPage(
        "reference:holiday_add",
        ADMIN,
        lambda s: url("reference:holiday_add"),
        lambda s: {"day": "28.11.2085", "name_sq": "Dita e Flamurit", "name_en": "Flag Day"},
        "holiday.saved",
    ),
]

PAGES = [
    Shows("reference:lists", ADMIN, at("reference:lists"), more_rows_of_lists),
    Shows("reference:terms", ADMIN, at("reference:terms", kind="pillar"), more_rows_of_lists),
]
