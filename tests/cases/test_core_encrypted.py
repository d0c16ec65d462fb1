"""Words at rest: bound to their row and column, opened by their own case's key, and gone with it (decision 9)."""

import base64
import json

import pytest
from django.db import connection

from cases import names
from cases.actions import cases, referrals
from cases.crypto import EncryptedJSONField
from cases.models import (
    AidPart,
    Card,
    Case,
    DataKey,
    Identity,
    NameToken,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SignalWords,
)
from cases.models.keys import lend_key
from krat.access import crypto
from krat.access.checks import own_models
from krat.audit import trail
from tests.cases.core import TODAY, again, rows, who_is

pytestmark = pytest.mark.django_db


def raw(row, column="words") -> bytes:
    """The bytes of a column as they lie in the database."""
    table, quoted = connection.ops.quote_name(row._meta.db_table), connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {table} WHERE id = %s", [row.pk])  # noqa: S608  names of the model's own
        return bytes(cursor.fetchone()[0])


def put(row, stored: bytes, column="words") -> None:
    """Put bytes into a column, as somebody with the database in their hands would."""
    table, quoted = connection.ops.quote_name(row._meta.db_table), connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {quoted} = %s WHERE id = %s", [stored, row.pk])  # noqa: S608  as above


@pytest.fixture
def two(people):
    """Two cases of the same worker."""
    return people.open(), people.open(identity={"first_name": "Tjetra", "last_name": "Provë"})


# --- moved about ---


def test_words_do_not_open_in_another_row_of_another_case(two):
    first, second = map(who_is, two)
    put(second, raw(first))

    with pytest.raises(crypto.DecryptionError):
        _ = again(second).data


def test_words_do_not_open_in_another_row_of_the_same_case(two, people):
    one, other = (
        cases.note(two[0], by=people.worker, kind="call", happened_on=TODAY(), text=text) for text in ("Një.", "Dy.")
    )
    put(other, raw(one))

    with pytest.raises(crypto.DecryptionError):
        _ = again(other).data


def test_words_do_not_open_in_another_table(two, people):
    school = referrals.begin_part(two[0], SchoolPart, by=people.worker)
    aid = referrals.begin_part(two[0], AidPart, by=people.worker)
    put(aid, raw(school))

    with pytest.raises(crypto.DecryptionError):
        _ = again(aid).data


def test_words_do_not_open_in_another_column(two):
    who = who_is(two[0])
    field = Identity._meta.get_field("data")
    stored, column = raw(who), field.column

    assert field.open(who, stored)["first_name"] == "Shembulla"
    field.column = "other"
    try:
        with pytest.raises(crypto.DecryptionError):
            field.open(who, stored)
    finally:
        field.column = column


def test_words_do_not_open_by_another_cases_key(two):
    """Not even when the keys themselves are exchanged in the database."""
    first, second = (DataKey.objects.get(case=case) for case in two)
    stored = raw(first, "wrapped"), raw(second, "wrapped")
    put(first, stored[1], "wrapped")
    put(second, stored[0], "wrapped")

    for case in two:
        with pytest.raises(crypto.DecryptionError):
            _ = who_is(case).data


def test_one_changed_bit_is_found(two):
    who = who_is(two[0])
    stored = bytearray(raw(who))
    stored[len(stored) // 2] ^= 1
    put(who, bytes(stored))

    with pytest.raises(crypto.DecryptionError):
        _ = again(who).data


def test_cut_words_do_not_open(two):
    who = who_is(two[0])
    for length in (0, 1, 11, 12, 20):
        put(who, raw(who)[:length] or b"\0")
        with pytest.raises((crypto.DecryptionError, ValueError)):
            _ = again(who).data


def test_the_same_words_are_sealed_otherwise_each_time(two):
    who = who_is(two[0])
    before = raw(who)
    again(who).save()

    assert raw(who) != before


# --- without the key ---


def test_without_its_data_key_a_case_is_shut_for_good(two):
    DataKey.objects.filter(case=two[0]).delete()

    with pytest.raises(crypto.DecryptionError):
        _ = who_is(two[0]).data
    assert who_is(two[1]).data["first_name"] == "Tjetra"


def test_a_page_on_a_case_without_its_key_is_refused_politely(two, as_):
    DataKey.objects.filter(case=two[0]).delete()

    answer = as_("pmf.durres", raise_request_exception=False).get(f"/cases/{two[0].code}/")

    assert answer.status_code == 500
    assert b"DecryptionError" not in answer.content
    assert b"data key" not in answer.content


def test_a_key_stands_for_one_case_or_one_signal(people):
    people.tell()
    people.open()

    assert all((key.case_id is None) != (key.signal_id is None) for key in DataKey.objects.all())


def test_a_wrapped_key_does_not_open_as_another(two):
    first, second = (DataKey.objects.get(case=case) for case in two)

    assert len(first.open()) == 32
    second.wrapped = first.wrapped
    with pytest.raises(crypto.DecryptionError):
        second.open()


# --- read late, written in part ---


def test_words_that_were_not_read_along_are_read_when_asked_for(two):
    who = rows(Identity).defer("data").get(case=two[0])

    assert who.data["first_name"] == "Shembulla"


def test_saving_a_row_whose_words_were_not_read_keeps_them(two):
    who = rows(Identity).defer("data").get(case=two[0])
    who.version += 1
    who.save()
    only = rows(Identity).only("version").get(case=two[0])
    only.save()

    assert who_is(two[0]).data["first_name"] == "Shembulla"


def test_saving_one_field_leaves_the_words(two, people):
    obstacle = people.stuck(two[0])
    held = again(obstacle)
    held.version += 1
    held.save(update_fields=["version"])

    assert again(obstacle).data["asked"] == "Vendim për ndihmën ekonomike"


def test_a_change_of_words_is_saved_whether_assigned_or_changed_in_place(two):
    who = who_is(two[0])
    who.data = who.data | {"address": "Rruga shembull"}
    who.save()
    assert who_is(two[0]).data["address"] == "Rruga shembull"
    assert who_is(two[0]).data["first_name"] == "Shembulla"

    who.data["address"] = "Rruga tjetër"
    who.save()
    assert who_is(two[0]).data["address"] == "Rruga tjetër"


def test_words_read_again_are_those_of_the_database(two):
    held = who_is(two[0])
    other = who_is(two[0])
    other.data = other.data | {"first_name": "Tjetër"}
    other.save()

    held.refresh_from_db()

    assert held.data["first_name"] == "Tjetër"


def test_a_name_that_a_column_does_not_have_is_a_slip(two):
    with pytest.raises(KeyError):
        who_is(two[0]).data = {"shelter_address": "Rruga shembull"}
    assert "shelter" not in json.dumps(sorted(Identity._meta.get_field("data").names))


def test_a_lent_key_opens_its_own_case_only(two):
    first, second = map(who_is, two)
    lend_key(first, second)

    with pytest.raises(crypto.DecryptionError):
        _ = second.data


def test_every_text_of_a_case_is_sealed_or_told_to_be_clear():
    """A new clear text in a model of cases has to be named here, with what keeps names out of it."""
    clear = {
        f"{model.__name__}.{field.name}"
        for model in own_models()
        if model._meta.app_label == "cases"
        for field in model._meta.fields
        if field.get_internal_type() in ("CharField", "TextField", "JSONField") and not field.choices
    }

    assert clear == {
        "Card.asked",  # goes to the table as it stands: the identity guard reads it twice
        "Card.decision",  # the number of a decision
        "Case.number",  # a pseudonym: county, year, serial
        "Case.reference",  # the holder's own: letters and digits, no personal number
        "Case.concerns",  # codes of a list
        "StageDeadline.deadline",  # the code of a deadline
        "Identity.number_token",  # keyed
        "NameToken.token",  # keyed
        "KeptSearch.page",  # the name of a page
        "Referral.purpose",  # the code of a purpose
    }


# --- finding a person ---


def found_by(people, typed: str) -> set[int]:
    """What the worker finds by a name."""
    found = Case.objects.visible_to(people.worker)
    tokens = names.tokens_to_find(typed)
    for one in tokens:
        found = found.filter(pk__in=NameToken.objects.filter(token__in=one).values("case_id"))
    return set(found.values_list("pk", flat=True)) if tokens else set()


@pytest.mark.parametrize(
    "typed", ["celaj", "Çelaj", "ÇELAJ", "cel", "çela", "shembulla celaj", "celaj shem", " Çelaj "]
)
def test_a_name_is_found_by_its_words_and_their_beginnings(typed, two, people):
    assert two[0].pk in found_by(people, typed)
    assert two[1].pk not in found_by(people, typed)


@pytest.mark.parametrize("typed", ["ce", "Çe", "c", "elaj", "laj", "celajt", "çelaj tjetra", "%", "_____", ""])
def test_a_name_is_not_found_by_two_letters_nor_by_its_end(typed, two, people):
    assert two[0].pk not in found_by(people, typed)


def test_shorter_names_are_kept_whole_and_longer_ones_from_three_letters(people):
    case = people.open(identity={"first_name": "Li", "last_name": "Arba"})

    assert NameToken.objects.filter(case=case).count() == 3  # li, arb, arba


def test_a_changed_name_is_found_and_the_former_is_not(two, people):
    cases.change(two[0], by=people.worker, based_on=two[0].version, identity={"last_name": "Gjoka"})

    assert two[0].pk in found_by(people, "gjoka")
    assert two[0].pk not in found_by(people, "celaj")


def test_tokens_are_keyed(two, settings, tmp_path):
    before = set(names.tokens_to_store("Çelaj"))
    settings.KRAT_KEYS = str(tmp_path / "others.json")

    assert not before & names.tokens_to_store("Çelaj")


def test_a_personal_number_is_found_by_its_keyed_token_alone(people):
    case = people.open(identity={"personal_number": "p50314 001a"})
    who = who_is(case)

    assert who.data["personal_number"] == "P50314001A"
    assert rows(Identity).filter(number_token=names.number_token(" P50314001a")).get() == who
    assert "50314" not in who.number_token
    assert names.number_token("P50314001B") != who.number_token
    assert names.number_token("") == ""


def test_two_cases_without_a_personal_number_do_not_meet_by_it(two):
    assert {who_is(case).number_token for case in two} == {""}


# --- nothing beside it says it ---


def test_old_and_new_values_of_a_change_are_sealed_too(two, people):
    cases.change(two[0], by=people.worker, based_on=two[0].version, identity={"address": "Rruga e markerit"})

    (change, *_rest) = trail.history(who_is(two[0]))
    assert change.values["address"] == ["", "Rruga e markerit"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM audit_version ORDER BY id DESC LIMIT 1")
        stored = bytes(cursor.fetchone()[0])
    assert b"markerit" not in stored
    assert base64.b64encode(b"markerit") not in stored


def test_no_card_carries_number_or_code_of_its_case_in_any_column(two, people):
    case = cases.assess(people.open(reference="REF-77"), by=people.worker, risk="high")
    obstacle, card = people.at_the_table(case)
    referral = people.refer(case)
    who = who_is(case)
    told = [case.number, case.reference, *(str(one.code) for one in (case, obstacle, referral, who))]
    told += [value for name, value in who.data.items() if value and name not in ("sex",)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_card WHERE id = %s", [card.pk])
        columns = [column[0] for column in cursor.description]
        stored = "\n".join(f"{name}={value}" for name, value in zip(columns, cursor.fetchone(), strict=True))

    for one in told:
        assert one not in stored
        assert one.replace("-", "") not in stored.replace("-", "")
    assert not set(columns) & {"case_id", "obstacle_id", "referral_id", "signal_id", "birth_date", "municipality_id"}


def test_a_card_that_is_read_along_names_no_case(two, people):
    _obstacle, card = people.at_the_table(two[0])

    for name in ("prefect", "coordinator", "national"):
        row = Card.objects.visible_to(getattr(people, name)).for_list().get(pk=card.pk)
        assert "case" not in str(row.__dict__).lower().replace("app_label='cases'", "").replace("cases.", "")


def test_every_model_with_words_was_tried():
    sealed_models = {
        model
        for model in own_models()
        if any(isinstance(one, EncryptedJSONField) for one in model._meta.concrete_fields)
    }

    assert {Identity, Note, Obstacle, Referral, SchoolPart, AidPart, SignalWords} <= sealed_models
