"""Forms that come too late or twice: nothing that was typed is lost, nothing is done twice (decision 18).

The pages are the test's own, so that they stay as simple as the question.
"""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone

from krat.access import recovered_forms
from krat.access.models import RecoveredForm, Submission
from krat.access.views import needs
from krat.people.models import User
from krat.ui.forms import BaseForm
from krat.urls import OTHERS_PAGES, handler400, handler403, handler404, handler500  # noqa: F401  this module is a URLconf
from krat.urls import urlpatterns as _all

MARKER = "Shembullfjala7731"
done: list[str] = []


class _Words(BaseForm):
    text = forms.CharField(required=False)
    password = forms.CharField(required=False)
    again = forms.CharField(required=False)


@needs("tasks.view")
def _write(request):
    """A page with one form."""
    form = _Words.of(request)
    if form.is_accepted():
        if form.cleaned_data["text"] == "wrong":
            form.refuse(ValidationError({"text": "Not like this."}))
        else:
            done.append(form.cleaned_data["text"])
            messages.info(request, "Done.")
            return HttpResponseRedirect(f"/probe/done/{len(done)}/")
    return HttpResponse(
        f"text=[{form['text'].value() or ''}] password=[{form['password'].value() or ''}{form['again'].value() or ''}]"
    )


@needs("tasks.view")
def _done(request, number):
    """Where the form leads."""
    return HttpResponse(f"done {number}")


urlpatterns = [
    path("probe/", _write, name="probe"),
    path("probe/done/<int:number>/", _done, name="probe_done"),
    path("probe/other/", _write, name="probe_other"),
    path("", include(_all)),
]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_probing")]


@pytest.fixture
def _probing():
    done.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


def token_of(username: str) -> str:
    return recovered_forms.new_token(User.objects.get(username=username).code)


def sign_in(browser: Client, username: str):
    return browser.post("/account/login/", {"login": username, "password": "krat-demo-2026"})


def expire_and_send(as_, username: str = "zva.durres", **words: str) -> Client:
    """Somebody writes on a page, is away for forty minutes, and sends the form."""
    browser = as_(username)
    token = token_of(username)
    with time_machine.travel(timezone.now() + timedelta(minutes=40), tick=False):
        answer = browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token, **words})
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=%2Fprobe%2F"
    return browser


def later(minutes: int):
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


# --- too late ---


def test_what_was_typed_comes_back_after_signing_in(as_):
    browser = expire_and_send(as_)

    with later(45):
        sign_in(browser, "zva.durres")
        answer = browser.get("/probe/")

    assert f"text=[{MARKER}]" in answer.content.decode()
    assert done == []


def test_it_comes_back_in_another_browser_of_the_same_person(as_):
    expire_and_send(as_)

    with later(45):
        other = Client()
        sign_in(other, "zva.durres")
        answer = other.get("/probe/")

    assert MARKER in answer.content.decode()


def test_it_stays_until_the_form_is_accepted(as_):
    browser = expire_and_send(as_)

    with later(45):
        sign_in(browser, "zva.durres")
        assert MARKER in browser.get("/probe/").content.decode()
        assert MARKER in browser.get("/probe/").content.decode()
        browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})
        after = browser.get("/probe/")

    assert done == [MARKER]
    assert MARKER not in after.content.decode()
    assert not RecoveredForm.objects.exists()


def test_it_does_not_come_back_to_somebody_else(as_):
    browser = expire_and_send(as_)

    with later(45):
        sign_in(browser, "policia.durres")
        theirs = browser.get("/probe/")
        other = Client()
        sign_in(other, "zva.durres")
        mine = other.get("/probe/")

    assert MARKER not in theirs.content.decode()
    assert MARKER in mine.content.decode()


def test_it_does_not_come_back_on_another_page(as_):
    browser = expire_and_send(as_)

    with later(45):
        sign_in(browser, "zva.durres")
        assert MARKER not in browser.get("/probe/other/").content.decode()
        assert MARKER in browser.get("/probe/").content.decode()


def test_after_half_an_hour_it_is_gone(as_):
    browser = expire_and_send(as_)

    with later(40 + 31):
        sign_in(browser, "zva.durres")
        answer = browser.get("/probe/")

    assert MARKER not in answer.content.decode()


def test_after_half_an_hour_its_row_is_gone_with_the_next_sign_in(as_):
    expire_and_send(as_)

    with later(40 + 31):
        sign_in(Client(), "policia.durres")

    assert not RecoveredForm.objects.exists()


def test_a_password_is_never_kept(as_):
    browser = expire_and_send(as_, password="fjala-e-fshehte-77", again="fjala-e-fshehte-77")

    with later(45):
        sign_in(browser, "zva.durres")
        answer = browser.get("/probe/")

    assert "password=[]" in answer.content.decode()
    assert MARKER in answer.content.decode()


def test_the_stored_bytes_hold_no_word(as_):
    expire_and_send(as_)

    row = RecoveredForm.objects.get()
    assert MARKER.encode() not in bytes(row.ciphertext)
    assert MARKER not in f"{row.path} {row.owner} {row.code}"


def test_moved_to_another_person_it_does_not_open(as_):
    expire_and_send(as_)
    thief = User.objects.get(username="policia.durres")
    RecoveredForm.objects.update(owner=thief.code, code=uuid.uuid4())

    with later(45):
        other = Client()
        sign_in(other, "policia.durres")
        answer = other.get("/probe/")

    assert MARKER not in answer.content.decode()


@pytest.mark.parametrize("token", ["", "made-up", "WyJhIl0:1abc:def"])
def test_without_a_token_of_this_house_nothing_is_kept(token, client, world):
    answer = client.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token})

    assert answer.status_code == 302
    assert not RecoveredForm.objects.exists()


def test_an_empty_form_is_not_kept(client, world):
    client.post("/probe/", {recovered_forms.FIELD: token_of("zva.durres")})

    assert not RecoveredForm.objects.exists()


def test_a_kept_form_is_shown_and_not_done(as_):
    browser = expire_and_send(as_)

    with later(45):
        sign_in(browser, "zva.durres")
        browser.get("/probe/")

    assert done == []


# --- the other kind of too late: the page's own token ---


def test_a_form_whose_csrf_token_expired_comes_back_at_once(as_):
    browser = as_("zva.durres", enforce_csrf_checks=True)

    answer = browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")}, follow=True)

    assert answer.redirect_chain == [("/probe/", 302)]
    assert f"text=[{MARKER}]" in answer.content.decode()
    assert done == []


def test_a_form_of_somebody_else_is_not_kept_for_them(as_):
    browser = as_("policia.durres", enforce_csrf_checks=True)

    answer = browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})

    assert answer.status_code == 403
    assert MARKER not in answer.content.decode()
    assert not RecoveredForm.objects.exists()


def test_a_form_sent_after_signing_out_waits_for_its_writer(as_):
    browser = Client(enforce_csrf_checks=True)
    as_("zva.durres")

    answer = browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})
    assert answer["Location"] == "/account/login/?next=%2Fprobe%2F"

    other = Client()
    sign_in(other, "zva.durres")
    assert MARKER in other.get("/probe/").content.decode()


def test_a_forged_request_without_a_token_is_refused(as_):
    answer = as_("zva.durres", enforce_csrf_checks=True).post("/probe/", {"text": MARKER})

    assert answer.status_code == 403
    assert (done, RecoveredForm.objects.count()) == ([], 0)


# --- twice ---


def test_the_same_form_sent_twice_does_one_thing(as_):
    browser, form = as_("zva.durres"), {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")}

    first = browser.post("/probe/", form)
    second = browser.post("/probe/", form)

    assert done == [MARKER]
    assert (first["Location"], second["Location"]) == ("/probe/done/1/", "/probe/done/1/")


def test_without_the_token_it_would_be_done_twice(as_):
    """The negative control: what prevents it is the page's token."""
    browser = as_("zva.durres")

    browser.post("/probe/", {"text": MARKER})
    browser.post("/probe/", {"text": MARKER})

    assert done == [MARKER, MARKER]


def test_a_corrected_form_is_a_new_one(as_):
    browser, token = as_("zva.durres"), token_of("zva.durres")

    refused = browser.post("/probe/", {"text": "wrong", recovered_forms.FIELD: token})
    corrected = browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token})

    assert refused.status_code == 200
    assert (done, corrected.status_code) == ([MARKER], 302)


def test_a_refused_form_may_be_sent_again_as_it_was(as_):
    browser, form = as_("zva.durres"), {"text": "wrong", recovered_forms.FIELD: token_of("zva.durres")}

    browser.post("/probe/", form)
    again = browser.post("/probe/", form)

    assert again.status_code == 200
    assert "text=[wrong]" in again.content.decode()
    assert not Submission.objects.exists()


def test_the_same_words_from_two_pages_are_two_things(as_):
    browser = as_("zva.durres")

    browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})
    browser.post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})

    assert done == [MARKER, MARKER]


def test_a_submission_holds_nothing_that_was_typed(as_):
    as_("zva.durres").post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})

    row = Submission.objects.get()
    assert re.fullmatch(r"[0-9a-f]{64}", row.digest)
    assert MARKER not in row.outcome


def test_old_submissions_are_forgotten(as_):
    as_("zva.durres").post("/probe/", {"text": MARKER, recovered_forms.FIELD: token_of("zva.durres")})

    with later(7 * 24 * 60 + 1):
        recovered_forms.forget_old()

    assert not Submission.objects.exists()
