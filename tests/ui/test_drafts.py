"""Nothing typed is lost: every form with texts of several lines keeps a draft, for its writer alone (decision 18)."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django import forms
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from cases.models import Assignment
from krat.access import crypto, drafts, recovered_forms
from krat.access.models import Draft, RecoveredForm, Submission
from krat.audit.models import Entry
from krat.people.models import Seat, User
from krat.ui.forms import BaseForm, Words
from krat.urls import urlpatterns  # noqa: F401  with the addresses all forms are there
from tests.ui.form_examples import FORMS, Examples
from tests.ui.html_client import WHY, again, rows, url

pytestmark = pytest.mark.django_db

WORDS = "Fjalashenjë7731 që nuk u ruajt ende"


@pytest.fixture
def examples(world) -> Examples:
    return Examples()


@pytest.fixture
def worker(person):
    return person("pmf.durres")


def note(case) -> str:
    return url("cases:notes", case)


def keep(who, address, text=WORDS, **more):
    return who.post(address, {"text": text, **more, "_draft": "keep"})


def said(answer) -> dict:
    return json.loads(answer.response.content)


def writes_long_texts(form: BaseForm) -> bool:
    return any(isinstance(one.widget, forms.Textarea) for one in form.fields.values())


# --- the house: every form ---


def _all_forms(of: type[BaseForm] = BaseForm) -> set[type[BaseForm]]:
    found = set(of.__subclasses__())
    return found.union(*(_all_forms(one) for one in found)) if found else found


def test_every_form_with_a_text_of_several_lines_keeps_it_or_says_why_not():
    """Long texts are `Words`, so that their form keeps them by itself; a form that does not says why."""
    ours = [one for one in _all_forms() if one.__module__.startswith(("krat.", "cases.", "meetings."))]
    long = [one for one in ours if any(isinstance(field.widget, forms.Textarea) for field in one.base_fields.values())]
    assert len(long) > 20

    for form in long:
        texts = [one for one in form.base_fields.values() if isinstance(one.widget, forms.Textarea)]
        assert all(isinstance(one, Words) for one in texts), form
        assert isinstance(form.draftless, str), form
        assert form.draftless == "" or len(form.draftless) > 20, form


@pytest.mark.slow
@pytest.mark.parametrize("page", FORMS, ids=lambda page: page.route)
def test_every_form_of_long_texts_keeps_what_is_typed_and_gives_it_back(page, person, examples):
    """Nothing is done by it; what is opened again holds every word, and once sent the draft is gone."""
    who, address, words, form = page.open(person, examples)
    if not writes_long_texts(form):
        kept = who.post(address, words | {"_draft": "keep"})
        assert (kept.status, Draft.objects.count()) == (409, 0)
        return
    before = Entry.objects.unscoped(WHY).exclude(event__startswith="page.").count(), Submission.objects.count()
    long = [name for name, one in form.fields.items() if isinstance(one.widget, forms.Textarea)]
    typed = dict.fromkeys(long, "Fjalë të papërfunduara")
    if form.draftless:
        pytest.skip(form.draftless)

    answer = who.post(address, words | typed | {"_draft": "keep"})

    assert answer.status == 200, answer.text
    assert set(said(answer)) == {"at"}
    assert (
        Entry.objects.unscoped(WHY).exclude(event__startswith="page.").count(),
        Submission.objects.count(),
    ) == before
    shown = who.look(address)
    assert {name: shown.typed(name) for name in long} == typed
    assert "Below stands your draft of" in shown.text
    assert not shown.complaints
    assert shown.form(*long).sent({})["_once"]
    # What else was chosen is there as well.
    kept = {name: value for name, value in words.items() if name in form.fields and name not in long and value}
    for name, value in kept.items():
        wanted = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        assert [str(one) for one in shown.form(name).values[name]] == wanted, name
    assert who.post(address, shown.form(*long).sent(words)).status == 302
    assert not Draft.objects.exists()


# --- whose it is ---


def test_only_its_writer_in_the_same_seat_gets_it_back(worker, person, examples):
    keep(worker, note(examples.case))

    assert worker.look(note(examples.case)).typed("text") == WORDS
    assert WORDS not in person("njmf.durres").get(note(examples.case)).html
    other = Seat.objects.unscoped(WHY).get(user__username="pmf.durres")
    Draft.objects.update(seat=uuid.uuid4())
    assert WORDS not in worker.look(note(examples.case)).html
    Draft.objects.update(seat=other.code, owner=uuid.uuid4())
    assert WORDS not in worker.look(note(examples.case)).html


def test_a_stolen_row_does_not_open_for_the_thief(worker, person, examples):
    """Whoever can write in the database gives a row to another person: it is bound to its writer, seat and form."""
    keep(worker, note(examples.case))
    head = Seat.objects.unscoped(WHY).select_related("user").get(user__username="njmf.durres")
    Draft.objects.update(seat=head.code, owner=head.user.code)

    shown = person("njmf.durres").look(note(examples.case))

    assert WORDS not in shown.html
    assert "Below stands your draft" not in shown.text


def test_who_may_not_write_here_keeps_nothing(person, examples):
    """Outside reach it is not there; without the right 403; nobody signed in is led to the sign-in page."""
    for username, status in (("pmf.gjirokaster", 404), ("zva.durres", 403), ("koordinator.durres", 403)):
        assert keep(person(username), note(examples.case)).status == status, username
    assert not Draft.objects.exists()


def test_who_has_left_the_team_does_not_see_it_any_more(worker, examples):
    keep(worker, note(examples.case))
    Assignment.objects.unscoped(WHY).filter(case=examples.case).update(ended_at=timezone.now())

    assert worker.get(note(examples.case)).status == 404
    assert keep(worker, note(examples.case)).status == 404


def test_signed_out_it_waits_with_what_expired(client, worker, examples):
    """The session ended while somebody wrote: the draft is kept as a form that comes too late is."""
    token = worker.look(note(examples.case)).form("text").values["_once"][0]

    answer = client.post(note(examples.case), {"text": WORDS, "_draft": "keep", "_once": token})

    assert (answer.status_code, answer["Location"][:16]) == (302, "/account/login/?")
    assert (Draft.objects.count(), RecoveredForm.objects.count()) == (0, 1)


def test_it_survives_signing_out(worker, person, examples):
    keep(worker, note(examples.case))
    worker.post("/account/logout/")

    assert person("pmf.durres").look(note(examples.case)).typed("text") == WORDS


# --- how it is kept ---


def test_kept_again_it_is_one_draft_with_the_newest_text(worker, examples):
    for text in ("një", "një dy", "një dy tre"):
        keep(worker, note(examples.case), text)

    assert Draft.objects.count() == 1
    assert worker.look(note(examples.case)).typed("text") == "një dy tre"


def test_what_says_no_more_than_the_page_is_no_draft(worker, examples):
    page = worker.look(note(examples.case)).form("text").sent({})
    keep(worker, note(examples.case))
    assert Draft.objects.exists()

    assert keep(worker, note(examples.case), page.pop("text")[0], **page).status == 200
    assert not Draft.objects.exists()


def test_no_byte_of_it_is_readable(worker, person, examples):
    """Of a case it is encrypted by the case's key, of a meeting by the registry's: planted in the clear it is found."""
    keep(worker, note(examples.case))
    person("koordinator.durres").post(url("meetings:remark", examples.circulated), {"text": WORDS, "_draft": "keep"})

    def found() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM access_draft")
            held = [
                bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode()
                for row in cursor
                for one in row
            ]
        return any(word.encode() in one for one in held for word in (WORDS.split()[0], WORDS.split()[-1]))

    assert Draft.objects.count() == 2
    assert not found()
    Draft.objects.filter(pk=Draft.objects.all()[0].pk).update(ciphertext=WORDS.encode())
    assert found()


def test_the_draft_of_a_case_opens_with_the_key_of_the_case_alone(worker, examples):
    """When the case's key is destroyed nothing opens it; the registry's key never did."""
    keep(worker, note(examples.case))
    draft = Draft.objects.get()
    bound = {"place": drafts.place_of(draft)}

    assert "Fjalashenj" in crypto.decrypt_under(examples.case.data_key(), draft.ciphertext, **bound)
    for opening in (
        lambda: crypto.decrypt_under(Examples().case.data_key(), draft.ciphertext, **bound),
        lambda: crypto.decrypt(draft.ciphertext, **bound),
    ):
        with pytest.raises(crypto.DecryptionError):
            opening()


def test_what_is_destroyed_takes_its_drafts_along(worker, examples):
    other = Examples().case
    keep(worker, note(examples.case))
    keep(worker, note(other))

    drafts.forget_about([examples.case.code])

    assert list(Draft.objects.values_list("thing", flat=True)) == [other.code]


def test_a_draft_that_is_too_large_is_refused(worker, examples):
    assert keep(worker, note(examples.case), "a" * 90_000).status == 200
    assert keep(worker, note(examples.case), "a" * (drafts.LONGEST + 1)).status == 422
    assert keep(worker, note(examples.case), "a" * 3_000_000).status == 413


def test_after_its_days_it_is_gone(worker, person, examples):
    keep(worker, note(examples.case))
    with override_settings(KRAT_DRAFT_DAYS=3):
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert WORDS not in person("pmf.durres").look(note(examples.case)).html
            drafts.forget_old()
        assert not Draft.objects.exists()
        keep(worker, note(examples.case))
        with time_machine.travel(timezone.now() + timedelta(days=2)):
            drafts.forget_old()
    assert Draft.objects.exists()


def test_a_form_that_leads_nowhere_any_more_keeps_nothing(person, examples):
    head = person("njmf.durres")
    assert keep(head, url("cases:reopen", examples.case), note=WORDS).status == 409
    assert (
        keep(head, url("cases:reopen", examples.closed_case), note=WORDS, version=examples.closed_case.version).status
        == 200
    )
    Draft.objects.all().delete()
    assert keep(head, note(examples.closed_case)).status in (403, 409)
    assert not Draft.objects.exists()


def test_a_button_keeps_nothing_and_does_nothing(person, examples):
    """A draft sent to a page that has no form, or only a verb, is no way round its own form."""
    coordinator = person("koordinator.durres")

    assert coordinator.post(url("meetings:close", examples.meeting), {"_draft": "keep"}).status == 409
    assert coordinator.post(url("meetings:item_withdraw", examples.item), {"_draft": "keep"}).status == 405
    assert coordinator.post(url("meetings:item_withdraw", examples.item), {"_draft": "drop"}).status == 405
    assert coordinator.post(url("meetings:detail", examples.meeting), {"_draft": "keep"}).status == 405
    assert again(examples.meeting).state == "open"
    assert again(examples.item).withdrawn_at is None
    assert not Draft.objects.exists()


def test_of_another_seat_in_another_tab_nothing_is_kept(worker, examples):
    token = recovered_forms.new_token(User.objects.get(username="pmf.durres").code, uuid.uuid4())

    answer = keep(worker, note(examples.case), _once=token)

    assert answer.status == 409
    assert "another seat" in said(answer)["message"]
    assert not Draft.objects.exists()


def test_the_forms_of_one_address_do_not_mix(worker, examples):
    """A request to the school is not laid into the form of economic aid."""
    refer = url("cases:refer", examples.case)
    sent = {"purpose": "school", "request": WORDS, "_draft": "keep"}
    assert worker.post(refer, sent).status == 200

    assert worker.look(f"{refer}?purpose=school").typed("request") == WORDS
    assert worker.look(f"{refer}?purpose=economic_aid").typed("request") == ""


def test_thrown_away_it_is_gone_and_only_there(worker, examples):
    other = Examples().case
    keep(worker, note(examples.case))
    keep(worker, note(other))

    answer = worker.post(note(examples.case), {"_draft": "drop"})

    assert answer.leads_to == note(examples.case)
    assert worker.look(note(examples.case)).typed("text") == ""
    assert worker.look(note(other)).typed("text") == WORDS


def test_the_trail_holds_no_word_of_it_and_no_reading(worker, examples):
    worker.look(note(examples.case))
    before = Entry.objects.unscoped(WHY).count()

    keep(worker, note(examples.case))

    assert Entry.objects.unscoped(WHY).count() == before
    assert not rows(Entry).filter(fields__icontains="Fjalashenjë7731").exists()
