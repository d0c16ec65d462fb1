"""Drafts of minutes: kept encrypted while somebody writes, for the writer alone, gone when the item is saved."""

import base64
import json

import pytest

from krat.demo import make
from meetings.models import MinuteDraft
from tests.ui.html_client import again, entries, rows, url

pytestmark = pytest.mark.django_db

WORDS = "Fjala-shenjë 7731 që nuk u ruajt ende"


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def keep(who, item, text=WORDS, version=None):
    sent = {"text": text, "version": item.version if version is None else version}
    return who.post(url("meetings:item_draft", item), sent)


def said(answer) -> dict:
    return json.loads(answer.response.content)


def test_a_draft_is_kept_and_only_its_writer_gets_it_back(coordinator, person, examples):
    answer = keep(coordinator, examples.item)

    assert answer.status == 200
    assert said(answer)["version"] == examples.item.version
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == WORDS
    assert WORDS not in person("sekretaria.durres").look(url("meetings:item", examples.item)).html
    assert WORDS not in person("kufi.durres").look(url("meetings:detail", examples.item.meeting)).html


def test_its_bytes_hold_no_word(coordinator, examples):
    keep(coordinator, examples.item)

    ciphertext = bytes(rows(MinuteDraft).get(item=examples.item).ciphertext)
    assert not [word for word in WORDS.split() if len(word) > 3 and word.encode() in ciphertext]


def test_two_writers_have_a_draft_each(coordinator, person, examples):
    keep(coordinator, examples.item, "I pari.")
    keep(person("sekretaria.durres"), examples.item, "I dyti.")

    assert rows(MinuteDraft).filter(item=examples.item).count() == 2
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == "I pari."


def test_kept_again_it_is_one_draft_with_the_newest_text(coordinator, examples):
    for text in ("një", "një dy", "një dy tre"):
        keep(coordinator, examples.item, text)

    assert rows(MinuteDraft).filter(item=examples.item).count() == 1
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == "një dy tre"


def test_a_draft_that_does_not_open_in_another_place(coordinator, person, examples, seat):
    keep(coordinator, examples.item)
    moved = rows(MinuteDraft).get(item=examples.item)
    other = make.draft(examples.item, seat("sekretaria.durres"))
    rows(MinuteDraft).filter(pk=other.pk).update(ciphertext=moved.ciphertext)

    assert WORDS not in person("sekretaria.durres").get(url("meetings:item", examples.item)).html


def test_it_is_gone_after_saving(coordinator, examples):
    keep(coordinator, examples.item)

    coordinator.save(url("meetings:item", examples.item), discussion="U raportua.")

    assert not rows(MinuteDraft).filter(item=examples.item).exists()
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == "U raportua."


def test_when_somebody_changed_the_item_it_is_kept_and_says_so(coordinator, person, examples):
    opened = examples.item.version
    person("sekretaria.durres").fill(url("meetings:item", examples.item), discussion="E sekretarisë.")

    answer = keep(coordinator, examples.item, version=opened)

    assert answer.status == 409
    assert "Your text is kept" in said(answer)["message"]
    shown = coordinator.fill(url("meetings:item", examples.item), is_done="on")
    assert [(one.theirs, one.yours) for one in shown.response.context["form"].conflict][:1] == [
        ("E sekretarisë.", WORDS)
    ]
    assert again(examples.item).discussion == "E sekretarisë."


@pytest.mark.parametrize("version", ["", "abc", "0", "-3", "9" * 30])
def test_a_draft_without_its_version_is_kept_as_an_old_one(coordinator, examples, version):
    assert keep(coordinator, examples.item, version=version).status == 409
    assert again(examples.item).discussion == ""


def test_a_text_that_is_too_long_is_refused(coordinator, examples):
    assert keep(coordinator, examples.item, "a" * 20_000).status == 200
    assert keep(coordinator, examples.item, "a" * 20_001).status == 422


def test_only_whoever_files_meetings_keeps_drafts(person, examples):
    for username, status in (("kufi.durres", 403), ("prefekt.durres", 403), ("koordinator.gjirokaster", 404)):
        assert keep(person(username), examples.item).status == status
    assert not rows(MinuteDraft).filter(item=examples.item).exists()


def test_keeping_a_draft_changes_nothing_and_leaves_no_entry(coordinator, examples):
    before = again(examples.item).version, len(entries("item.minuted"))

    keep(coordinator, examples.item)

    assert (again(examples.item).version, len(entries("item.minuted"))) == before


def test_a_draft_never_meets_the_guard_but_the_item_does(coordinator, examples):
    keep(coordinator, examples.item, "U fol për Arben Hoxha.")

    shown = coordinator.fill(url("meetings:item", examples.item), is_done="on")

    assert shown.beside("discussion")
    assert shown.typed("discussion") == "U fol për Arben Hoxha."
    assert rows(MinuteDraft).filter(item=examples.item).exists()


# --- the key of the browser's own copy ---


def key_of(who) -> bytes:
    return base64.b64decode(said(who.get(url("meetings:draft_key")))["key"])


def test_the_key_stays_within_a_session_and_is_another_in_the_next(person):
    first, second = person("koordinator.durres"), person("koordinator.durres")

    assert key_of(first) == key_of(first)
    assert len(key_of(first)) == 32
    assert key_of(first) != key_of(second)


def test_after_signing_out_it_is_gone(coordinator):
    before = key_of(coordinator)
    coordinator.post("/account/logout/")

    assert coordinator.get(url("meetings:draft_key")).status == 302
    assert before


def test_the_key_is_kept_by_no_cache_and_needs_the_right(person, coordinator):
    assert "no-store" in coordinator.get(url("meetings:draft_key")).response["Cache-Control"]
    assert person("kufi.durres").get(url("meetings:draft_key")).status == 403
    assert coordinator.post(url("meetings:draft_key")).status == 405
