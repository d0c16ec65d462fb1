"""Everybody walks through all pages of cases while planted ones are there, and through the registry at random.

The oracle judges every answer. Here it is asked as well whether the trail says no less and no more than was shown
(promise 5): the set of rows shown is the set of rows entered.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Identity, Referral
from krat.access import census
from krat.access.scoping import ScopedModel
from krat.audit import trail
from krat.audit.models import Entry
from krat.demo.accounts import ACCOUNTS
from krat.people.models import Seat, User
from tests.access.objects import arguments_of, model_of
from tests.access.reach import is_refused
from tests.access.test_matrix import signed_in
from tests.pace import FULL
from tests.safety import canaries
from tests.safety.canaries import Place
from tests.safety.oracle import ORACLE
from tests.safety.reference_policy import ReferencePolicy

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
_WHY = "the walk looks at what was planted"
_CODE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PEOPLE = [username for username, _name, _role, _institution in ACCOUNTS]
# What these pages tell of a thing is no text of its own: that something waits, how old somebody is, a choice of a list.
TOLD_OTHERWISE = {
    "cases:case": {"cases.sentchange"},
    "cases:inbox": {"cases.identity"},
    "cases:obstacle_add": {"cases.referral"},
    "cases:obstacle_table": {"cases.identity"},
}


def case_pages() -> list[census.Route]:
    """The pages of cases that can be looked at."""
    return [
        route
        for route in census.routes()
        if route.name.startswith("cases:") and "GET" in route.methods and not route.is_for_machines
    ]


def planted_codes(model: type[ScopedModel]) -> list[str]:
    """The codes of three planted rows of a model: one of Durrës, one of Gjirokastër, one of another case."""
    codes = list(dict.fromkeys(place.code for place in canaries.places() if place.model == model._meta.label))
    return sorted({codes[0], codes[len(codes) // 2], codes[-1]})


def addresses(route: census.Route) -> list[str]:
    """The addresses of a page for everything planted that it could be about."""
    if not arguments_of(route):
        return [reverse(route.name)]
    model = model_of(route)
    assert model is not None, f"{route.name} has no picker in tests/access/objects.py."
    return [reverse(route.name, kwargs={"code": code}) for code in planted_codes(model)]


def entered(since: Any, seat: Seat) -> set[tuple[str, str]]:
    """The rows of cases that the trail says were shown to a seat since then: their kinds and codes."""
    rows = Entry.objects.unscoped(_WHY).filter(actor=seat.code, at__gte=since, event=trail.SEEN)
    return {(one.thing_type, code) for one in rows.filter(thing_type__startswith="cases.") for code in one.codes}


def look(browser: Any, address: str) -> tuple[int, set[str], set[tuple[str, str]]]:
    """Look at a page and roll back what looking did: its status, the codes of the rows that it showed by a text or by a
    link, and the planted rows that the trail entered."""
    with transaction.atomic():
        since = timezone.now()
        answer = browser.get(address)
        shown = {one.place.code for one in ORACLE.last} | set(_CODE.findall(answer.content.decode()))
        seat = getattr(answer.wsgi_request, "seat", None)
        noted = entered(since, seat) if seat is not None else set()
        transaction.set_rollback(True)
    known = {place.code for place in canaries.places()}
    return answer.status_code, shown, {one for one in noted if one[1] in known}


@pytest.fixture(params=PEOPLE)
def walker(request, world):
    """Somebody of the invented world at their browser."""
    return request.param, signed_in(User.objects.get(username=request.param))


def test_everybody_sees_what_is_theirs_and_the_trail_says_the_same(walker):
    username, browser = walker
    unsaid: dict[str, set[str]] = defaultdict(set)
    seen = 0

    for route in case_pages():
        if is_refused(username, route) and not FULL:
            continue
        for address in addresses(route):
            status, shown, noted = look(browser, address)
            if status == 200:
                seen += len(noted)
                unsaid[route.name] |= {kind for kind, code in noted if code not in shown}
                unsaid[route.name] -= TOLD_OTHERWISE.get(route.name, set())

    unsaid = {page: kinds for page, kinds in unsaid.items() if kinds}
    assert not unsaid, f"The trail says that {username} saw what no page showed: {unsaid}"
    assert (seen > 0) == (username in WHO_SEES_CASES)


# Whoever of the invented world has something planted to see.
WHO_SEES_CASES = {
    *("pmf.durres", "pmf2.durres", "njmf.durres", "policia.durres", "shssh.durres", "zva.durres", "ojf.durres"),
    *("ndihma.durres", "drejtor.durres", "strehez.durres", "shendeti.durres"),
    *("pmf.gjirokaster", "njmf.gjirokaster", "policia.gjirokaster", "zva.gjirokaster", "ojf.gjirokaster"),
    *("prefekt.durres", "koordinator.durres", "prefekt.gjirokaster", "koordinator.gjirokaster"),
    "koordinatori.kombetar",
}

STEPS = 15
_LINK = re.compile(r'href="(/[^"#]*)"')
_AVOID = ("/account/", "/static/", "/api/", "/identity/", "/styleguide")


@pytest.mark.parametrize("seed", range(len(PEOPLE)))
def test_a_walk_at_random_meets_nothing_that_is_not_ones_own(seed, world):
    """From page to page by their links, as somebody with time would; now and then by a link that a colleague sent."""
    dice = random.Random(seed)
    username = PEOPLE[seed]
    browser = signed_in(User.objects.get(username=username))
    sent_by_others = [reverse("cases:case", kwargs={"code": code}) for code in _codes("cases.Case")]
    address = "/"

    with transaction.atomic():
        for _step in range(STEPS):
            answer = browser.get(address)
            links = [one for one in _LINK.findall(answer.content.decode()) if not one.startswith(_AVOID)]
            address = dice.choice(sent_by_others if not links or dice.random() < 0.1 else links).replace("&amp;", "&")
        transaction.set_rollback(True)

    assert not ORACLE.wrong


def _codes(label: str) -> list[str]:
    return sorted(place.code for place in canaries.places() if place.model == label)


def test_contact_that_goes_through_the_unit_alone_is_told_to_nobody_else(seat):
    """The health unit knows the child it helps, and not how the family is reached; the oracle watches its page."""
    referral = Referral.objects.unscoped(_WHY).get(contact_via_unit=True, state="accepted", purpose="health")
    of = {
        place.field: place for place in canaries.places() if place.model == "cases.Identity" and _is_of(place, referral)
    }
    health = ReferencePolicy(seat("shendeti.durres"))

    assert health.may_see(of["first_name"])
    assert not health.may_see(of["safe_contact"])
    page = signed_in(User.objects.get(username="shendeti.durres")).get(reverse("cases:referral", args=[referral.code]))
    assert page.status_code == 200
    assert of["first_name"] in [one.place for one in ORACLE.last]
    assert of["safe_contact"] not in [one.place for one in ORACLE.last]
    Referral.objects.unscoped(_WHY).filter(pk=referral.pk).update(contact_via_unit=False)
    assert ReferencePolicy(seat("shendeti.durres")).may_see(of["safe_contact"])


def _is_of(place: Place, referral: Referral) -> bool:
    return Identity.objects.unscoped(_WHY).filter(code=place.code, case=referral.case_id).exists()


def hits(browser: Any, typed: str) -> set[str] | None:
    """The codes of the cases that the search finds; None where one may not search."""
    answer = browser.post(reverse("cases:search"), {"words": typed})
    assert answer.status_code in (200, 403)
    known = set(_codes("cases.Case"))
    return known & set(_CODE.findall(answer.content.decode())) if answer.status_code == 200 else None


@pytest.mark.parametrize("username", PEOPLE)
def test_whoever_searches_for_a_planted_name_finds_their_own(username, seat):
    """By each planted name: exactly those cases whose person the reference policy lets them know."""
    browser = signed_in(User.objects.get(username=username))
    policy = ReferencePolicy(seat(username))
    code_of = {pk: str(code) for pk, code in Case.objects.unscoped(_WHY).values_list("pk", "code")}
    typed: dict[str, tuple[Place, str]] = {}
    for word, place in canaries.texts().items():
        if place.model == "cases.Identity" and place.field in ("first_name", "last_name"):
            who = Identity.objects.unscoped(_WHY).only("code", "case_id").get(code=place.code)
            typed[word] = place, code_of[who.case_id]

    with transaction.atomic():
        found = {one: hits(browser, one) for one in typed}
        transaction.set_rollback(True)

    theirs = {one: {case} if policy.may_see(place) else set() for one, (place, case) in typed.items()}
    assert len(typed) >= 10
    assert found == (theirs if username in WHO_SEARCHES else dict.fromkeys(typed))
    assert any(theirs.values()) or username not in WHO_FINDS


# Whoever may search, and whoever has something planted to find.
WHO_FINDS = {"njmf.durres", "pmf.durres", "pmf2.durres", "shssh.durres", "njmf.gjirokaster", "pmf.gjirokaster"}
WHO_SEARCHES = WHO_FINDS | {"njmf.shijak", "shssh.gjirokaster"}
