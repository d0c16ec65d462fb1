"""What the tests ask of institutions and bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from krat.committee.models import Body, Institution, Membership
from krat.demo import make
from tests.declaring import ADMIN, BORDER, COORDINATOR, FormPage, Shows, at, day, newest
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples


def _institution(_examples: Examples) -> dict[str, Any]:
    return {
        "code": "AL-02-PROVA-E-RE",
        "name": "Institucioni i provës",
        "short_name": "Prova",
        "kind": make.term("institution", "ngo").pk,
        "county": make.county("AL-02").pk,
        "parent": _examples.place("PREF").pk,
        "territories": [make.municipality("AL-02-DURRES").pk, make.municipality("AL-02-SHIJAK").pk],
        "email": "zyra@example.org",
        "phone": "052 000 000",
        "retired_on": "",
        "successor": "",
    }


def more_members(s: Examples) -> None:
    make.membership(s.body, make.institution(), act=make.act())
    make.membership(s.body, make.institution(), ends_on=s.body.starts_on)


def more_institutions(s: Examples) -> None:
    parent = make.institution(kind="municipality")
    make.institution(territories=("AL-02-DURRES", "AL-02-SHIJAK"), parent=parent, kind="ngo")


PICKERS = {
    ("institutions/", "code"): (Institution, newest(Institution, "county__code")),
    ("ledgers/", "code"): (Institution, newest(Institution, "county__code")),
    ("api/v1/institutions/", "code"): (Institution, newest(Institution, "county__code")),
    ("committee/", "code"): (Body, newest(Body, "county__code", kind="committee")),
    ("committee/members/", "code"): (Membership, newest(Membership, "body__county__code", body__kind="committee")),
}

FORMS = [
    FormPage(
        "committee:act_add",
        COORDINATOR,
        lambda s: url("committee:act_add"),
        lambda s: {"kind": "order", "number": "44/2", "dated": day(-2), "title": "Për përbërjen e komitetit"},
        "act.recorded",
        ("title", "number"),
    ),
    FormPage(
        "committee:bodies_add",
        COORDINATOR,
        lambda s: url("committee:bodies_add"),
        lambda s: {"year": 2085, "act": s.act.pk, "starts_on": "01.01.2085", "ends_on": "31.03.2086"},
        "body.constituted",
    ),
    FormPage(
        "committee:member_add",
        COORDINATOR,
        at("committee:member_add", "body"),
        lambda s: {"institution": s.newcomer.pk, "office": "member", "act": s.act.pk, "starts_on": day(0)},
        "member.added",
    ),
    FormPage(
        "committee:member_end",
        COORDINATOR,
        at("committee:member_end", "membership"),
        lambda s: {"ends_on": day(2)},
        "member.ended",
    ),
    FormPage(
        "committee:institution_add",
        ADMIN,
        lambda s: url("committee:institution_add"),
        _institution,
        "institution.saved",
    ),
    FormPage(
        "committee:institution_edit",
        ADMIN,
        at("committee:institution_edit", "newcomer"),
        _institution,
        "institution.saved",
    ),
]

PAGES = [
    Shows("committee:institutions", BORDER, at("committee:institutions"), more_institutions),
    Shows(
        "committee:institution",
        BORDER,
        at("committee:institution", "newcomer"),
        lambda s: make.membership(s.past_body(), s.newcomer),
    ),
    Shows("committee:bodies", BORDER, at("committee:bodies"), lambda s: (s.past_body(), make.act())),
    Shows("committee:body", BORDER, at("committee:body", "body"), more_members),
    Shows("committee:member_add", COORDINATOR, at("committee:member_add", "body"), more_members),
]
