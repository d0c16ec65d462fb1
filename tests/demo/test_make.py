"""The builder makes cases with everything that belongs to them, and lets a test plant its own words."""

import pytest

from cases.models import Case, Identity, NameToken, Note, SignalWords
from cases.names import tokens_to_find
from krat.demo import make

pytestmark = pytest.mark.usefixtures("world")

WHY = "a test looks at what the builder made"


def everything(case):
    obstacle = make.obstacle(case)
    return [
        make.school_part(case),
        make.aid_part(case),
        make.counselling_part(case),
        make.note(case),
        make.referral(case),
        obstacle,
        make.sent_change(case),
    ]


def test_a_case_is_opened_by_its_team_and_found_by_its_name(seat):
    worker = seat("pmf.durres")

    case = make.case(manager=worker, first_name="Shembulla", last_name="Çelaj")

    assert Case.objects.visible_to(worker).filter(pk=case.pk).exists()
    assert not Case.objects.visible_to(seat("pmf2.durres")).filter(pk=case.pk).exists()
    assert Identity.objects.visible_to(worker).get(case=case).full_name == "Shembulla Çelaj"
    assert NameToken.objects.filter(case=case, token__in=tokens_to_find("celaj")[0]).exists()


@pytest.mark.parametrize("state", ["sent", "accepted", "refused", "withdrawn", "completed"])
def test_a_referral_in_every_state_says_when_and_by_whom(state):
    referral = make.referral(make.case(), state=state)

    assert (referral.accepted_by is not None) == (state in ("accepted", "completed"))
    assert (referral.ended_at is not None) == (state in ("refused", "withdrawn", "completed"))


@pytest.mark.parametrize("stage", ["signal", "follow_up", "closed", "transferred", "rejected"])
def test_a_case_stands_at_every_stage(stage):
    case = make.case(stage=stage)

    assert case.is_open == (stage in ("signal", "follow_up"))


def test_a_slip_in_the_name_of_a_word_is_told():
    with pytest.raises(TypeError, match="has no shkolla"):
        make.school_part(make.case(), shkolla="Shkolla shembull")


def test_every_text_carries_a_word_of_its_own_when_a_test_asks(monkeypatch):
    planted = {}

    def plant(row, name):
        word = "zqzqz" + "".join(chr(ord("a") + int(digit)) for digit in str(len(planted)))
        planted[word] = (type(row).__name__, row.code, name)
        return word

    monkeypatch.setattr(make, "canary", plant)
    case = make.case()
    rows = everything(case)
    signal = make.signal()
    card = make.card(rows[-2])

    told = SignalWords.objects.unscoped(WHY).get(signal=signal)
    who = Identity.objects.unscoped(WHY).get(case=case)
    said = " ".join(text for row in [told, who, *rows] for text in row.data.values()) + card.asked + case.reference
    assert [word for word in planted if word not in said.lower()] == []
    assert len(planted) > 25


def test_without_being_asked_nothing_is_planted():
    """The negative control."""
    note = make.note(make.case())

    assert Note.objects.unscoped(WHY).get(pk=note.pk).data["text"] == "Shënim shembull."
