"""Drafts of minutes and decisions: the meeting day has two forms on one screen, and neither loses a word."""

import base64
import json

import pytest

from krat.access.models import Draft
from krat.demo import make
from tests.ui.html_client import again, entries, url

pytestmark = pytest.mark.django_db

WORDS = "Fjala-shenjë 7731 që nuk u ruajt ende"


@pytest.fixture
def coordinator(person):
    return person("koordinator.durres")


def keep(who, item, text=WORDS, version=None):
    sent = {"discussion": text, "version": item.version if version is None else version, "_draft": "keep"}
    return who.post(url("meetings:item", item), sent)


def said(answer) -> dict:
    return json.loads(answer.response.content)


def test_two_writers_have_a_draft_each(coordinator, person, examples):
    keep(coordinator, examples.item, "I pari.")
    keep(person("sekretaria.durres"), examples.item, "I dyti.")

    assert Draft.objects.count() == 2
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == "I pari."


def test_it_is_gone_after_saving(coordinator, examples):
    keep(coordinator, examples.item)

    coordinator.save(url("meetings:item", examples.item), discussion="U raportua.")

    assert not Draft.objects.exists()
    assert coordinator.look(url("meetings:item", examples.item)).typed("discussion") == "U raportua."


def test_a_half_typed_decision_waits_on_its_item_while_another_is_written(coordinator, examples):
    item, lead = examples.item, examples.place("ZVA")
    other = make.item(examples.meeting)
    half = {"version": item.version, "discussion": "U raportua.", "text": WORDS, "lead": lead.pk, "_draft": "keep"}
    assert coordinator.post(url("meetings:item", item), half).status == 200

    coordinator.save(url("meetings:item", other), discussion="Tjetër.")

    form = coordinator.look(url("meetings:item", item)).form("text")
    assert (form.values["text"], form.values["lead"]) == ([WORDS], [str(lead.pk)])
    assert coordinator.look(url("meetings:item", other)).typed("text") == ""
    coordinator.save(url("meetings:item", item), text="Të hapet regjistri.", lead="")
    assert not Draft.objects.exists()
    assert coordinator.look(url("meetings:item", item)).typed("text") == ""


def test_a_draft_thrown_away_leads_back_to_a_page_of_the_registry_alone(coordinator, examples):
    item, day = url("meetings:item", examples.item), url("meetings:detail", examples.meeting)
    keep(coordinator, examples.item)
    drop = next(one for one in coordinator.look(item).forms if "_back" in one.names)

    assert coordinator.post(drop.action, drop.sent({"_draft": "drop"})).leads_to == item
    assert coordinator.look(item).typed("discussion") == ""
    assert coordinator.post(item, {"_draft": "drop", "_back": day}).leads_to == day
    for elsewhere in (
        "https://example.org/",
        "//example.org/",
        "/nowhere/",
        url("meetings:item_withdraw", examples.item),
    ):
        assert coordinator.post(item, {"_draft": "drop", "_back": elsewhere}).leads_to == item, elsewhere


def test_when_somebody_changed_the_item_it_is_kept_and_both_texts_are_shown(coordinator, person, examples):
    opened = examples.item.version
    person("sekretaria.durres").fill(url("meetings:item", examples.item), discussion="E sekretarisë.")

    answer = keep(coordinator, examples.item, version=opened)

    assert answer.status == 409
    assert "Your text is kept" in said(answer)["message"]
    shown = coordinator.look(url("meetings:item", examples.item))
    assert [(one.theirs, one.yours) for one in shown.response.context["form"].conflict] == [("E sekretarisë.", WORDS)]
    assert shown.typed("discussion") == WORDS
    assert again(examples.item).discussion == "E sekretarisë."
    coordinator.save(url("meetings:item", examples.item), discussion=f"E sekretarisë. {WORDS}")
    assert again(examples.item).discussion == f"E sekretarisë. {WORDS}"


@pytest.mark.parametrize("version", ["", "abc", "0", "-3", "9" * 30])
def test_a_draft_without_its_version_is_kept_as_an_old_one(coordinator, examples, version):
    assert keep(coordinator, examples.item, version=version).status == 409
    assert again(examples.item).discussion == ""


def test_only_whoever_files_meetings_keeps_drafts(person, examples):
    for username, status in (("kufi.durres", 403), ("prefekt.durres", 403), ("koordinator.gjirokaster", 404)):
        assert keep(person(username), examples.item).status == status
    assert not Draft.objects.exists()


def test_keeping_a_draft_changes_nothing_and_leaves_no_entry(coordinator, examples):
    before = again(examples.item).version, len(entries("item.minuted"))

    keep(coordinator, examples.item)

    assert (again(examples.item).version, len(entries("item.minuted"))) == before


def test_a_draft_never_meets_the_guard_but_the_item_does(coordinator, examples):
    keep(coordinator, examples.item, "U fol për Arben Hoxha.")

    shown = coordinator.fill(url("meetings:item", examples.item), is_done="on")

    assert shown.beside("discussion")
    assert shown.typed("discussion") == "U fol për Arben Hoxha."
    assert Draft.objects.exists()


def test_approving_leaves_no_draft_behind_and_lets_none_come(person, coordinator, examples):
    item = make.item(examples.circulated)
    remark = {"text": WORDS, "_draft": "keep"}
    keep(coordinator, item)
    keep(person("sekretaria.durres"), item)
    person("kufi.durres").post(url("meetings:remark", item.meeting), remark)
    assert Draft.objects.count() == 3

    person("prefekt.durres").press(url("meetings:detail", item.meeting), url("meetings:approve", item.meeting))

    assert not Draft.objects.exists()
    assert keep(coordinator, item).status == 409
    assert person("kufi.durres").post(url("meetings:remark", item.meeting), remark).status == 409
    assert not Draft.objects.exists()


def test_before_the_meeting_is_opened_nothing_is_kept(coordinator, examples):
    assert keep(coordinator, make.item(examples.planned)).status == 409
    assert not Draft.objects.exists()


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


# --- what is kept and not saved stands in no minutes ---


def test_whoever_ends_or_sends_the_minutes_is_told_what_is_not_saved_yet(coordinator, examples):
    item = make.item(examples.meeting)
    keep(coordinator, item)
    detail = url("meetings:detail", item.meeting)
    told = f"Not saved yet, and not in the minutes: item {item.position}"

    assert told in coordinator.look(detail).text
    coordinator.press(detail, url("meetings:close", item.meeting))
    assert told in coordinator.look(detail).text
    assert WORDS not in coordinator.look(detail).text


def test_the_prefect_is_told_before_approving_and_a_member_is_not(person, coordinator, examples):
    item = make.item(examples.circulated)
    keep(coordinator, item)
    detail = url("meetings:detail", item.meeting)

    assert "Not saved yet" in person("prefekt.durres").look(detail).text
    assert "Not saved yet" not in person("zva.durres").look(detail).text


def test_where_everything_is_saved_nobody_is_told(coordinator, examples):
    """The negative control."""
    item = make.item(examples.meeting)

    assert "Not saved yet" not in coordinator.look(url("meetings:detail", item.meeting)).text
