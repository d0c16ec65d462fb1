"""Who is refused keeps the way round: on 403, 404 and 405 navigation and seat stand around the sentence."""

import re
import uuid

import pytest
from django.test import Client

from krat.demo import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/people/invite/", 403),
        ("get", "/meetings/00000000-0000-4000-8000-000000000000/", 404),
        ("get", "/no-such-page/", 404),
        ("get", "/account/seat/", 405),
    ],
)
def test_ana_who_is_refused_goes_on_from_there(method, address, status, as_):
    answer = getattr(as_("zva.durres"), method)(address)

    page = answer.content.decode()
    assert answer.status_code == status
    assert '<nav class="ways"' in page
    assert 'href="/tasks/"' in page
    assert 'action="/account/logout/"' in page
    assert '<nav class="tabs"' in page


def test_signed_out_there_is_no_way_round(world):
    page = Client().get("/no-such-page/").content.decode()

    assert "ways" not in page


def without_own(page: bytes) -> str:
    """Without what differs between any two requests: the token of forms, the address one comes back to."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|name="next" value="[^"]*"', "", page.decode())


def test_missing_and_anothers_are_the_same_page(as_, seat):
    foreign = make.meeting(make.body("table", county="AL-05", year=2031))
    ana = as_("koordinator.durres")

    missing, others = ana.get(f"/meetings/{uuid.uuid4()}/"), ana.get(f"/meetings/{foreign.code}/")

    assert (missing.status_code, others.status_code) == (404, 404)
    assert without_own(missing.content) == without_own(others.content)
