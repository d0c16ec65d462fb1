"""What is sent by mistake or on purpose: another case's things in every slot, letters that look alike, days that are
not, texts that would be code. A clear sentence, and nothing done."""

import contextlib
import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from cases.actions import cards, cases, referrals
from cases.models import Assignment, Case, Identity, NameToken, Obstacle, Referral, SchoolPart
from krat.access.scoping import Stale
from krat.demo import make
from krat.reference.folding import words_of
from tests.cases.core import TODAY, again, rows, who_is
from tests.meetings.test_all_or_nothing import everything

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def refused(*kinds, match=""):
    """Refused with a sentence, and nothing was done."""
    before = everything()
    with pytest.raises(kinds or (ValidationError,), match=match or None) as mistake:
        yield mistake
    assert everything() == before


# --- other people's things ---


def test_a_municipality_that_ones_unit_does_not_serve(people):
    case = people.open()

    for code in ("AL-05-GJIROKASTER", "AL-02-SHIJAK"):
        with refused(match="does not serve"):
            people.open(municipality=make.municipality(code))
        with refused(match="does not serve"):
            cases.change(case, by=people.worker, based_on=case.version, head={"municipality": make.municipality(code)})


def test_nobody_of_another_unit_does_anything_to_a_case(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    obstacle, referral = people.stuck(case), people.refer(case)
    place = rows(Assignment).get(case=case)
    part = referrals.begin_part(case, SchoolPart, by=people.worker)
    bashkia = people.place("AL-02-BASHKIA-DURRES")

    for by in (people.far_worker, people.far_head, people.colleague, people.prefect, people.coordinator, people.admin):
        attempts = {
            "change": lambda by=by: cases.change(case, by=by, based_on=None, head={"risk": "high"}),
            "identity": lambda by=by: cases.change(case, by=by, based_on=None, identity={"address": "Rruga"}),
            "move": lambda by=by: cases.move(case, "full_assessment", by=by),
            "assign": lambda by=by: cases.assign(case, by=by, seat=people.colleague),
            "release": lambda by=by: cases.release(place, by=by),
            "note": lambda by=by: cases.note(case, by=by, kind="call", happened_on=TODAY(), text="Thirrje."),
            "refer": lambda by=by: people.refer(case, "economic_aid", bashkia.code, by=by),
            "remind": lambda by=by: referrals.remind(referral, by=by),
            "part": lambda by=by: referrals.write_part(
                part, by=by, right="parts.change", based_on=None, state="enrolled"
            ),
            "mark": lambda by=by: people.stuck(case, by=by),
            "take": lambda by=by: cards.take_to_table(obstacle, by=by),
            "gone": lambda by=by: cards.confirm_gone(obstacle, by=by, how="U dha."),
        }
        for attempt in attempts.values():
            with refused(PermissionDenied, ValidationError, Case.DoesNotExist):
                attempt()


def test_a_referral_of_another_case_is_no_reason_for_an_obstacle(people):
    case, other = people.open(), people.open()
    referral = people.refer(other)

    with refused(match="another case"):
        people.stuck(case, referral=referral)


def test_a_seat_that_does_not_work_in_the_unit_joins_no_team(people):
    case = people.open()
    machine = make.seat("system", people.worker.institution)
    future = make.seat("child_worker", people.worker.institution, starts_on=TODAY() + datetime.timedelta(days=1))

    for seat in (people.far_worker, people.school, people.coordinator, people.director, machine, future):
        with refused(match="Only somebody who works in the unit"):
            cases.assign(case, by=people.head, seat=seat)


def test_a_card_of_another_county_is_not_moved(people):
    _obstacle, card = people.at_the_table(people.open())

    for by in (people.far_coordinator, people.prefect, people.worker, people.director):
        with refused(PermissionDenied):
            cards.move(card, "on_agenda", by=by)


def test_terms_of_another_list_fit_no_slot(people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    wrong = make.term("pillar", "prevention")
    kind_of_institution = make.term("institution", "ngo")

    for term in (wrong, kind_of_institution):
        with refused():
            people.tell(source=term)
        with refused():
            people.open(source=term)
        with refused():
            cases.change(case, by=people.worker, based_on=None, head={"source": term})
        with refused():
            people.stuck(case, kind=term)
        with refused():
            cases.move(case, "closed", by=people.head, note="U krye.", closing=term)
    with refused():
        people.stuck(case, kind=make.term("concern", "street_situation"))
    with refused(match="list"):
        people.open(concerns=["prevention"])
    with refused(match="once"):
        people.open(concerns=["street_situation", "street_situation"])
    with refused(match="list"):
        people.open(identity={"care": "prevention"})


def test_a_choice_that_is_not_offered(people):
    case = people.open()

    for attempt in (
        lambda: people.tell(kind="pupil"),
        lambda: people.open(risk="very high"),
        lambda: people.open(stage="closed"),
        lambda: people.open(stage="full_assessment"),
        lambda: people.open(identity={"sex": "x"}),
        lambda: cases.change(case, by=people.worker, based_on=None, head={"risk": "x"}),
        lambda: cases.note(case, by=people.worker, kind="rumour", happened_on=TODAY(), text="Dikush tha."),
        lambda: people.refer(case, "police_escort", "AL-02-POL"),
        lambda: people.refer(case, "counselling", "AL-02-OJF", consent="none"),
    ):
        with refused():
            attempt()


def test_what_the_head_does_not_have_cannot_be_put_into_it(people):
    case = people.open()

    for name in (
        "holder",
        "number",
        "stage",
        "due_at",
        "version",
        "code",
        "signal",
        "closed_on",
        "pk",
        "victim_status",
    ):
        with refused(KeyError):
            cases.change(case, by=people.worker, based_on=None, head={name: people.far_worker.institution})
    with refused(KeyError):
        cases.change(case, by=people.worker, based_on=None, identity={"shelter_address": "Rruga"})


# --- names, numbers, days ---


@pytest.mark.parametrize(
    "name",
    ["Аrben", "Arbеn", "Elιra", "Ｅlira", "El1ra", "Elira\u202e", "Elira\u200b", "El\x00ira", "<b>Elira</b>", "=Elira"],
    ids=lambda name: name.encode("unicode_escape").decode(),
)
def test_a_name_with_signs_that_only_look_like_letters(name, people):
    with refused() as mistake:
        people.open(identity={"first_name": name})
    assert "first_name" in mistake.value.message_dict


@pytest.mark.parametrize("name", ["Gëzim", "Ana-Maria", "D'Ana", "Xhek", "Żak", "Ω", "Ђорђе", "Müller Özil"])
def test_a_name_in_any_one_alphabet_is_taken(name, people):
    case = people.open(identity={"first_name": name})

    assert who_is(case).data["first_name"] == name
    assert not words_of(name) or NameToken.objects.filter(case=case).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "2015-02-30"),
        ("birth_date", "30.02.2015"),
        ("birth_date", "1899-12-31"),
        ("birth_date", "2999-01-01"),
        ("birth_date", "0000-00-00"),
        ("birth_date", "x"),
        ("birth_year", "15"),
        ("birth_year", "²⁰¹⁵"),
        ("birth_year", "٢٠١٥"),
        ("birth_year", "2999"),
        ("birth_year", "abcd"),
        ("birth_year", "-2015"),
        ("personal_number", "K50314001Ą"),
        ("personal_number", "12"),
        ("personal_number", "1" * 21),
        ("personal_number", "K5031\x004001A"),
        ("personal_number", "'; DROP TABLE cases_case; --"),
    ],
)
def test_a_day_or_number_that_cannot_be(field, value, people):
    with refused() as mistake:
        people.open(identity={field: value} if field == "personal_number" else {"birth_date": "", field: value})
    assert field in mistake.value.message_dict


def test_a_year_that_does_not_fit_the_day_of_birth(people):
    with refused(match="does not fit"):
        people.open(identity={"birth_year": "2001"})


def test_somebody_of_age_is_no_child_and_in_doubt_a_child(people):
    eighteen = TODAY().year - 18

    with refused(match="of age"):
        people.open(identity={"birth_date": TODAY().replace(year=eighteen, day=1, month=1).isoformat()})
    assert people.open(identity={"birth_date": "", "birth_year": str(eighteen)})


def test_somebody_grows_up_only_when_the_day_of_the_signal_says_so(people):
    """The age counts on the day of the signal; it cannot be moved past the birthday afterwards."""
    born = TODAY().replace(year=TODAY().year - 18, day=1)
    early = born.replace(year=born.year + 18) - datetime.timedelta(days=1)
    case = people.open(identity={"birth_date": born.isoformat()}, signalled_on=early)

    with refused(match="of age"):
        cases.change(case, by=people.worker, based_on=None, head={"signalled_on": TODAY()})


@pytest.mark.parametrize("day", ["2026-02-30", "30.02.2026", "dje", "2026-13-01"])
def test_a_day_in_a_part_that_does_not_exist(day, people):
    part = referrals.begin_part(people.open(), SchoolPart, by=people.worker)

    with refused(match="does not exist"):
        referrals.write_part(
            part, by=people.worker, right="parts.change", based_on=None, state="dropped_out", dropped_on=day
        )


def test_days_in_the_future(people):
    case = people.open()
    tomorrow = TODAY() + datetime.timedelta(days=1)

    with refused(match="future"):
        people.open(signalled_on=tomorrow)
    with refused(match="future"):
        people.stuck(case, since=tomorrow)
    with refused(match="future"):
        cases.note(case, by=people.worker, kind="call", happened_on=tomorrow, text="Thirrje.")


@pytest.mark.parametrize(
    "reference", ["K50314001A", "x-k50314001a-y", "Rasti i Anës", "../42", "a\x00b", "a//b", "a/../b", "-a", "a\n"]
)
def test_a_reference_that_holds_a_person_or_breaks_an_address(reference, people):
    with refused() as mistake:
        people.open(reference=reference)
    assert "reference" in mistake.value.message_dict


def test_a_reference_of_ones_unit_stands_once(people):
    people.open(reference="DR-77")

    with refused(match="already there"):
        people.open(reference="DR-77")
    assert people.open(people.far_worker, reference="DR-77")


# --- texts ---

TEXTS = [
    "<script>alert(1)</script>",
    "=HYPERLINK('http://shembull.invalid')",
    "{{ request.user }}{% debug %}",
    "'; DROP TABLE cases_note; --",
    "%(name)s %s {0}",
    "A" * 20_000,
    "Rreshti një\nrreshti dy\ttabulim",
    "𝔉𝔲𝔫 👩‍👧 ￼",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_stays_the_text_it_is(text, people):
    case = people.open(identity={"safe_contact": text})

    note = cases.note(case, by=people.worker, kind="visit", happened_on=TODAY(), text=text)
    referral = people.refer(case, request=text)

    assert again(note).data["text"] == text
    assert again(referral).data["request"] == text
    assert who_is(case).data["safe_contact"] == text.strip()


def test_what_is_asked_of_the_table_names_nobody(people):
    case = people.open()

    for asked in (
        "Vendim për Elira Hoxha",
        "Telefononi 0691234567",
        "K50314001A",
        "Rasti DR-2026-41",
        "dr 2026-0041-f",
    ):
        with refused() as mistake:
            people.stuck(case, asked=asked)
        assert "asked" in mistake.value.message_dict
    with refused(match="at most"):
        people.stuck(case, asked="vendim " * 50)


def test_a_name_that_the_guard_has_learned_since_does_not_reach_the_table(people, monkeypatch):
    obstacle = people.stuck(people.open())

    def learned(texts):
        raise ValidationError(dict.fromkeys(texts, "It names somebody."))

    monkeypatch.setattr(cards, "refuse_personal", learned)
    with refused(match="names somebody"):
        cards.take_to_table(obstacle, by=people.worker)


@pytest.mark.parametrize("words", ["", "   ", "\n"])
def test_an_end_without_a_sentence(words, people):
    case = cases.assess(people.open(), by=people.worker, risk="low")
    referral, obstacle = people.referred(case), people.stuck(case)

    with refused(match="sentence"):
        referrals.move(referral, "completed", by=people.school, answer=words)
    with refused(match="sentence"):
        cards.confirm_gone(obstacle, by=people.worker, how=words)
    with refused():
        cases.move(case, "closed", by=people.head, note=words, closing=make.term("closing", "other"))


# --- twice, too late, on an old version ---


def test_two_workers_on_one_case_overwrite_nothing(people):
    case = people.open()
    cases.assign(case, by=people.head, seat=people.colleague)
    read = again(case)
    cases.change(read, by=people.colleague, based_on=read.version, head={"risk": "high"})

    for attempt in (
        lambda: cases.change(read, by=people.worker, based_on=read.version, head={"risk": "low"}),
        lambda: cases.change(read, by=people.worker, based_on=read.version, identity={"address": "Rruga"}),
        lambda: cases.assess(read, by=people.worker, risk="low", based_on=read.version),
        lambda: cases.move(read, "full_assessment", by=people.worker, based_on=read.version),
    ):
        with refused(Stale) as mistake:
            attempt()
        assert mistake.value.current.risk == "high"


def test_a_change_of_identity_raises_the_version_of_the_case(people):
    case = people.open()

    changed = cases.change(case, by=people.worker, based_on=case.version, identity={"address": "Rruga"})

    assert changed.version == case.version + 1
    with refused(Stale):
        cases.change(case, by=people.worker, based_on=case.version, identity={"address": "Rruga tjetër"})


def test_two_people_on_one_part_overwrite_nothing(people):
    case = people.open()
    people.referred(case)
    part = rows(SchoolPart).get(case=case)
    referrals.write_part(part, by=people.school, right="referrals.use", based_on=1, state="enrolled", school="Shkolla")

    with refused(Stale):
        referrals.write_part(part, by=people.worker, right="parts.change", based_on=1, state="not_enrolled")


@pytest.mark.parametrize("first", ["accepted", "refused", "withdrawn"])
@pytest.mark.parametrize("second", ["accepted", "refused", "withdrawn", "completed"])
def test_a_referral_goes_one_way_only(first, second, people):
    referral = people.refer(people.open())
    by = {"withdrawn": people.worker}
    referrals.move(referral, first, by=by.get(first, people.school), answer="Sepse po.")

    may_follow = (Referral.State(first), Referral.State(second)) in referrals.MOVES
    attempt = lambda: referrals.move(referral, second, by=by.get(second, people.school), answer="Sepse po.")  # noqa: E731
    if may_follow:
        assert attempt().state == second
    else:
        with refused(match=r"cannot become|already"):
            attempt()


def test_twice_is_once(people):
    case = people.open()
    obstacle, _card = people.at_the_table(case)
    place = rows(Assignment).get(case=case)

    with refused(match="its card already"):
        cards.take_to_table(obstacle, by=people.worker)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.")
    with refused(match="already confirmed"):
        cards.confirm_gone(obstacle, by=people.worker, how="U dha.")
    with refused(match="nothing to take"):
        cards.take_to_table(obstacle, by=people.worker)
    cases.release(place, by=people.head)
    with refused(match="already ended"):
        cases.release(place, by=people.head)


def test_the_obstacle_is_gone_while_the_table_decides(people):
    """One after the other, as a lock lets them: whoever comes second is told (`confirm_gone` first)."""
    obstacle, card = people.at_the_table(people.open())
    card = cards.move(card, "on_agenda", by=people.coordinator)
    cards.confirm_gone(obstacle, by=people.worker, how="U dha.", based_on=again(obstacle).version)

    with refused(match="is gone"):
        cards.move(card, "decided", by=people.coordinator, decision="1/2026")


def test_the_table_decides_while_the_obstacle_goes(people):
    """The table first: the worker sees the decision before the obstacle is confirmed as gone."""
    obstacle, card = people.at_the_table(people.open())
    card = cards.move(card, "on_agenda", by=people.coordinator)
    read = again(obstacle).version
    cards.move(card, "decided", by=people.coordinator, decision="1/2026")

    with refused(Stale):
        cards.confirm_gone(obstacle, by=people.worker, how="U dha.", based_on=read)
    assert rows(Obstacle).get(pk=obstacle.pk).stands
    assert rows(Identity).filter(case=obstacle.case_id).exists()
