"""The oracle finds what it is there to find: each way in which something planted could go astray is tried once."""

import logging

import pytest
from django.core import mail
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.test import override_settings
from django.urls import include, path

from cases.models import Case, Identity, Note
from krat.access.views import door, needs, own_account, public
from krat.audit import rows
from krat.urls import OTHERS_PAGES, handler400, handler403, handler404, handler500  # noqa: F401  this module is a URLconf
from krat.urls import urlpatterns as _all
from meetings.models import Meeting
from tests.safety import canaries
from tests.safety.oracle import ORACLE

pytestmark = pytest.mark.django_db
_WHY = "the test plants a page"


def _planted(field: str = "first_name"):
    """The child in the middle of everything in Durrës: case, identity, and the canary in one of its texts."""
    places = (one for one in canaries.texts().items() if one[1].model == "cases.Identity" and one[1].field == field)
    word, place = next(places)
    who = Identity.objects.unscoped(_WHY).get(code=place.code)
    return Case.objects.unscoped(_WHY).get(pk=who.case_id), who, word


@needs("tasks.view", methods=("GET",))
def _leaks_a_name(request):
    return HttpResponse(f"<p>{_planted()[1].full_name}</p>")


@needs("tasks.view", methods=("GET",))
def _leaks_in_a_header(request):
    response = HttpResponseRedirect("/")
    response["X-Who"] = _planted()[1].data["last_name"]
    return response


@needs("tasks.view", methods=("GET",))
def _leaks_in_a_cookie(request):
    response = HttpResponse("")
    response.set_cookie("who", _planted()[2])
    return response


@needs("tasks.view", methods=("GET",))
def _leaks_in_a_stream(request):
    return StreamingHttpResponse(iter([_planted()[2][:5].encode(), _planted()[2][5:].encode()]))


@needs("tasks.view", methods=("GET",))
def _leaks_a_birth_date(request):
    born = _planted()[1].born_on
    return HttpResponse(f"<td>{born.day:02}.{born.month:02}.{born.year}</td>")


@needs("tasks.view", methods=("GET",))
def _leaks_the_number_of_a_case(request):
    return HttpResponse(f"<td>{_planted()[0].number}</td>")


@needs("tasks.view", methods=("GET",))
def _leaks_a_code(request):
    return HttpResponse(f'<a href="/cases/{_planted()[0].code}/">')


@public("a probe")
def _leaks_to_everybody(request):
    return HttpResponse(_planted()[2])


@own_account("a probe", methods=("GET",))
def _leaks_in_the_account(request):
    return HttpResponse(_planted()[2])


@needs("cases.view", methods=("GET",))
def _shows_without_noting(request):
    return HttpResponse(_planted()[1].full_name)


@needs("cases.view", methods=("GET",))
def _notes_another_field(request):
    who = _planted()[1]
    request.shown.append((who, ["birth_date"]))
    return HttpResponse(who.full_name)


@needs("cases.view", methods=("GET",))
def _shows_and_notes(request):
    who = _planted()[1]
    request.shown.append(who)
    return HttpResponse(who.full_name)


@needs("cases.view", methods=("GET",))
def _notes_after_showing(request):
    """What a page notes once it is drawn is not written: the access logger looked before."""
    who = _planted()[1]
    response = HttpResponse(who.full_name)
    request.seen_too_late = [who]
    return response


@needs("notes.view", methods=("GET",))
def _shows_a_sensitive_note(request):
    note = Note.objects.unscoped(_WHY).filter(case=_planted()[0], is_sensitive=True, seat__role="child_worker").get()
    request.shown.append(note)
    return HttpResponse(note.data["text"])


@needs("cases.view", methods=("GET",))
def _one_case(request, code):
    return HttpResponse(door(request, Case, code).number)


@needs("tasks.view", methods=("GET",))
def _says_it_again(request):
    return HttpResponse(request.GET["q"])


urlpatterns = [
    path("probe/again/", _says_it_again, name="probe_again"),
    path("probe/name/", _leaks_a_name, name="probe_name"),
    path("probe/header/", _leaks_in_a_header, name="probe_header"),
    path("probe/cookie/", _leaks_in_a_cookie, name="probe_cookie"),
    path("probe/stream/", _leaks_in_a_stream, name="probe_stream"),
    path("probe/birth/", _leaks_a_birth_date, name="probe_birth"),
    path("probe/number/", _leaks_the_number_of_a_case, name="probe_number"),
    path("probe/code/", _leaks_a_code, name="probe_code"),
    path("probe/public/", _leaks_to_everybody, name="probe_public"),
    path("probe/account/", _leaks_in_the_account, name="probe_account"),
    path("probe/unnoted/", _shows_without_noting, name="probe_unnoted"),
    path("probe/another/", _notes_another_field, name="probe_another"),
    path("probe/noted/", _shows_and_notes, name="probe_noted"),
    path("probe/late/", _notes_after_showing, name="probe_late"),
    path("probe/sensitive/", _shows_a_sensitive_note, name="probe_sensitive"),
    path("probe/case/<uuid:code>/", _one_case, name="probe_case"),
    path("", include(_all)),
]
probing = override_settings(ROOT_URLCONF=__name__)


# --- what must be found ---


@probing
@pytest.mark.parametrize("page", ["name", "header", "cookie", "stream", "birth", "number", "code", "public", "account"])
@pytest.mark.parametrize("username", ["prefekt.durres", "pmf.gjirokaster", "zva.gjirokaster"])
def test_a_page_that_leaks_is_found(page, username, as_):
    browser = as_(username)

    with ORACLE.aside() as wrong:
        browser.get(f"/probe/{page}/")

    assert wrong
    assert all(f"probe_{page} showed" in one and f"to {username}" in one for one in wrong)


@probing
def test_a_page_that_leaks_to_somebody_signed_out_is_found(client, world):
    with ORACLE.aside() as wrong:
        client.get("/probe/public/")

    assert ["to nobody known" in one for one in wrong] == [True]


@probing
@pytest.mark.parametrize("page", ["unnoted", "another", "late"])
def test_a_page_that_shows_without_a_line_in_the_trail_is_found(page, as_):
    with ORACLE.aside() as wrong:
        as_("pmf.durres").get(f"/probe/{page}/")

    assert wrong
    assert all("the trail has no word of it" in one for one in wrong)


@probing
def test_a_line_of_an_earlier_look_is_not_enough(as_):
    browser = as_("pmf.durres")
    browser.get("/probe/noted/")

    with ORACLE.aside() as wrong:
        browser.get("/probe/unnoted/")

    assert wrong


@probing
def test_a_sensitive_note_shown_to_a_colleague_is_found(as_):
    with ORACLE.aside() as wrong:
        as_("njmf.durres").get("/probe/sensitive/")

    assert len(wrong) == 1


def test_a_line_in_a_log_is_found(world):
    _case, who, word = _planted()

    with ORACLE.aside() as wrong:
        logging.getLogger("krat.incidents").error("cannot save %s", who.data["first_name"])

    assert [word in one for one in wrong] == [True]


def test_a_mistake_in_a_log_that_quotes_a_word_is_found(world):
    _case, who, word = _planted()

    with ORACLE.aside() as wrong:
        try:
            raise DatabaseError(f"Key (name)=({who.full_name}) already exists.")
        except DatabaseError:
            logging.getLogger("krat.incidents").exception("cannot save")

    assert any(word in one for one in wrong)


def test_a_mail_is_found(world, mailoutbox):
    case, who, word = _planted()
    mail.send_mail(f"Rasti {case.number}", f"<p>{who.full_name}</p>", None, ["dikush@shembull.invalid"])

    with ORACLE.aside() as wrong:
        ORACLE.look_at_mails()

    assert any(word in one for one in wrong)
    assert any(case.number in one for one in wrong)
    mailoutbox.clear()


def test_a_file_is_found(world, tmp_path):
    _case, who, word = _planted("personal_number")
    (tmp_path / "export.csv").write_text(who.data["personal_number"])

    with ORACLE.aside() as wrong:
        ORACLE.look_at_files(tmp_path)

    assert [word in one for one in wrong] == [True]


# --- what must not be found ---


@probing
def test_what_is_shown_to_the_right_person_and_noted_is_right(as_):
    before = ORACLE.met
    as_("pmf.durres").get("/probe/noted/")

    assert ORACLE.met > before  # it was met, and nothing was wrong with it


@probing
def test_a_case_that_came_through_the_door_is_right(as_):
    case, _who, _word = _planted()

    assert as_("pmf.durres").get(f"/probe/case/{case.code}/").content.decode() == case.number


@probing
def test_a_foreign_case_shows_nothing_to_judge(as_):
    case, _who, _word = _planted()

    assert as_("pmf.gjirokaster").get(f"/probe/case/{case.code}/").status_code == 404


@probing
def test_ones_own_words_are_no_news(as_):
    """Whoever looks for a name in vain is told what they looked for."""
    _case, _who, word = _planted()

    assert as_("prefekt.durres").get("/probe/again/", {"q": word}).content.decode() == word


@probing
def test_nothing_is_handed_out_when_the_trail_is_broken(as_, monkeypatch):
    def full_disk(*args, **kwargs):
        raise DatabaseError("disk full")

    browser = as_("pmf.durres", raise_request_exception=False)
    monkeypatch.setattr(rows, "insert", full_disk)
    before = ORACLE.met

    answer = browser.get("/probe/noted/")

    assert answer.status_code == 503
    assert ORACLE.met == before


def test_meetings_are_no_case(as_):
    """The committee's own pages are looked at as well, and hold nothing that was planted."""
    meeting = Meeting.objects.unscoped(_WHY).first()
    before = ORACLE.answers

    as_("koordinator.durres").get(f"/meetings/{meeting.code}/")

    assert ORACLE.answers > before
