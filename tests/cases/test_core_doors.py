"""Every way in to who it is, to the parts and to the notes: by the door with a seat, and by no join (decision 2)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db.models import Count, F, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects

from cases.models import (
    AidPart,
    Assignment,
    Card,
    Case,
    CounsellingPart,
    DataKey,
    Identification,
    Identity,
    KnownVersion,
    NameToken,
    Note,
    Obstacle,
    Referral,
    SchoolPart,
    SentChange,
    Signal,
    SignalWords,
    StageDeadline,
)
from cases.models.reach import InCase
from krat.access.checks import own_models
from krat.access.scoping import ScopedModel, ScopedQuerySet, UnscopedQuery
from krat.committee.models import Institution
from krat.demo import make
from krat.people.models import Seat
from tests.cases.core import rows

pytestmark = pytest.mark.django_db

# Whatever tells of a person: nothing may lead here but the door.
DEPTHS = [Identity, SchoolPart, AidPart, CounsellingPart, Note, Referral, Obstacle, SentChange, SignalWords]
DEPTHS += [Identification]
HEADS = [Case, Seat, Institution, Signal, Card, Assignment, StageDeadline]
NAMES = ["identity", "identities", "schoolpart", "aidpart", "counsellingpart", "note", "notes", "referral", "obstacle"]
NAMES += ["sentchange", "signalwords", "identification", "data", "datakey", "nametoken"]


@pytest.fixture
def whole(people):
    """A case with one of everything, and the seat that works on it."""
    case = people.open()
    make.school_part(case)
    make.aid_part(case)
    make.counselling_part(case, people.place("AL-02-OJF"))
    make.note(case, people.worker)
    make.identification(case)
    people.refer(case)
    obstacle = people.stuck(case)
    make.sent_change(case)
    return case, obstacle


def rows_of(model: type[Any], case: Case) -> Any:
    """The rows of a model that belong to a case, with nobody named."""
    return model.objects.filter(**({"signal": case.signal_id} if model is SignalWords else {"case": case}))


# --- by the rows themselves ---

WAYS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "first": lambda rows: rows.first(),
    "values": lambda rows: list(rows.values("data")),
    "values of the case": lambda rows: list(rows.values("case__number")),
    "values_list": lambda rows: list(rows.values_list("data", flat=True)),
    "iterator": lambda rows: list(rows.iterator()),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "select_related": lambda rows: list(rows.select_related("case")),
    "condition": lambda rows: list(Case.objects.unscoped("named").filter(pk__in=rows.values("case"))),
    "union": lambda rows: list(rows.values("pk").union(rows.values("pk"))),
    "in_bulk": lambda rows: rows.in_bulk(),
    "update": lambda rows: rows.update(code=None),
    "delete": lambda rows: rows.delete(),
    "raw": lambda rows: list(rows.raw("SELECT * FROM cases_identity")),
}


@pytest.mark.parametrize("model", [one for one in DEPTHS if one is not SignalWords], ids=lambda one: one.__name__)
def test_nobody_reads_a_depth_of_a_case_without_saying_who_asks(model, whole):
    let_in = []
    for name, way in WAYS.items():
        try:
            way(rows_of(model, whole[0]))
        except UnscopedQuery:
            continue
        let_in.append(name)

    assert let_in == []


def test_without_its_question_the_door_would_let_all_of_them_in(whole, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(ScopedQuerySet, "_ask", lambda self: None)

    for way in ("list", "count", "values", "values of the case", "iterator", "aggregate", "condition"):
        assert WAYS[way](rows_of(Identity, whole[0])), way


# --- by a join from what may be seen ---


@pytest.mark.parametrize("head", HEADS, ids=lambda one: one.__name__)
def test_no_join_from_a_head_names_a_depth(head, whole):
    own = {field.name for field in head._meta.get_fields() if not field.auto_created}
    assert head is not Case or not own & set(NAMES)
    for name in NAMES:
        if name not in own:
            leads_nowhere(head, name)


def leads_nowhere(head: Any, name: str) -> None:
    """Whatever Django could be asked with this name refuses it."""
    named = head.objects.unscoped("somebody named")
    for attempt in (
        lambda: list(named.values(name)),
        lambda: list(named.values(f"{name}__data")),
        lambda: list(named.filter(**{f"{name}__isnull": False})),
        lambda: list(named.select_related(name)),
        lambda: list(named.annotate(n=Count(name))),
        lambda: list(named.order_by(f"{name}__data")),
        lambda: prefetch_related_objects([named.first()], name),
        lambda: list(named.prefetch_related(Prefetch(name))),
    ):
        with pytest.raises((FieldError, AttributeError, ValueError, TypeError)):
            attempt()
    first = named.first()
    assert not hasattr(first, name)
    assert not hasattr(first, f"{name}_set")


def test_the_join_that_is_allowed_is_found(whole):
    """The negative control: the same attempts pass where a relation has a name."""
    named = Institution.objects.unscoped("somebody named")

    assert list(named.values("seats__role"))
    assert list(named.annotate(n=Count("seats")))


def relations_back_to(far: set[type]) -> list[str]:
    """Every relation by whose name one comes from another model to one of these."""
    found = []
    for model in apps.get_models():
        for field in model._meta.get_fields(include_hidden=True):
            is_reverse = field.auto_created and not field.concrete
            if is_reverse and field.related_model in far and not field.hidden:
                found.append(f"{model.__name__}.{field.name}")
    return found


def test_no_model_has_a_named_relation_back_to_what_tells_of_a_person():
    assert relations_back_to(set(DEPTHS)) == []


def test_a_named_relation_back_would_be_found():
    """The negative control, on one that has a name: renaming one here would stay in Django's caches for others."""
    assert "Institution.seats" in relations_back_to({Seat})


def test_nothing_but_what_belongs_to_a_case_points_to_one():
    """Who points to a case, to its parts or to who it is: the models of cases alone, and of the card the table's."""
    pointing = {
        (model._meta.label, field.name)
        for model in own_models()
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label == "cases"
        and model._meta.app_label != "cases"
    }

    assert pointing == {("meetings.AgendaItem", "card")}


def test_a_card_points_to_nothing_of_a_case():
    far = {field.related_model.__name__ for field in Card._meta.get_fields() if field.concrete and field.is_relation}

    assert far == {"County", "Term", "Institution", "Task"}


# --- by the far end of a key ---


def test_the_far_end_of_a_key_asks_as_well(whole):
    _case, obstacle = whole
    held = rows(Obstacle).get(pk=obstacle.pk)

    for name in ("case", "waits_for", "marked_by"):
        with pytest.raises(UnscopedQuery):
            getattr(held, name)


def points_to_a_case(model):
    return issubclass(model, ScopedModel) and any(one.related_model is Case for one in model._meta.concrete_fields)


def test_whatever_points_to_a_case_belongs_to_it():
    """Who looked at a case is found by what belongs to it: a model that stood aside would be looked at unseen."""
    assert {model for model in own_models() if points_to_a_case(model)} == set(InCase.kinds())


def test_a_model_that_stood_aside_would_be_seen():
    """The negative control."""
    assert {Identity, Note, Assignment, StageDeadline} <= set(filter(points_to_a_case, own_models()))
    assert not points_to_a_case(Card)


@pytest.mark.parametrize("model", [DataKey, NameToken, KnownVersion], ids=lambda one: one.__name__)
def test_a_technical_row_hands_out_no_case(model, whole, people):
    """They are open, for they hold no words; their far ends are not."""
    KnownVersion.objects.create(case=whole[0], seat=people.worker, version=1)
    row = model.objects.filter(case=whole[0])[0]

    with pytest.raises(UnscopedQuery):
        _ = row.case
    with pytest.raises(FieldError):
        list(model.objects.values("case__identity__data"))


# --- what an encrypted column hands out ---


@pytest.mark.parametrize(
    "ask",
    [
        lambda rows: rows.values_list("+__data"),
        lambda rows: rows.values("+__code"),
        lambda rows: rows.filter(**{"+__isnull": False}),
        lambda rows: rows.exclude(Q(**{"+__pk": 1})),
        lambda rows: rows.order_by("+__code"),
        lambda rows: rows.annotate(hidden=F("+__code")),
        lambda rows: rows.alias(hidden=Count("+")).filter(hidden=1),
        lambda rows: rows.aggregate(Count("+__pk")),
        lambda rows: rows.select_related("+"),
        lambda rows: rows.prefetch_related("+"),
    ],
)
def test_the_sign_by_which_django_calls_a_hidden_relation_leads_nowhere(ask, whole):
    """It would join by ``+`` to whichever hidden relation it met last."""
    named = Case.objects.unscoped("named").filter(pk=whole[0].pk)

    with pytest.raises((FieldError, AttributeError, ValueError)):
        list(ask(named))


def test_django_itself_would_follow_it(whole):
    """The negative control: without the house's query the sign leads to rows that nobody was asked about."""
    plain = QuerySet(Case).filter(pk=whole[0].pk)

    assert list(plain.values_list("+__pk", flat=True))


def test_an_expression_that_passes_the_door_by_hands_out_sealed_bytes(whole):
    """The door never hears of it (which modules may say one is a house test's affair); the words stay shut."""
    ciphertext = Subquery(Identity.objects.filter(case=whole[0]).values("data")[:1])

    (stored,) = Case.objects.unscoped("named").filter(pk=whole[0].pk).values_list(ciphertext, flat=True)

    assert b"Shembulla" not in bytes(stored)


def test_values_are_sealed_bytes(whole, people):
    named = Identity.objects.visible_to(people.worker).filter(case=whole[0])

    (stored,) = named.values_list("data", flat=True)

    assert isinstance(stored, bytes | memoryview)
    assert b"Shembulla" not in bytes(stored)
    assert named.get().data["first_name"] == "Shembulla"


def test_words_cannot_be_looked_for(whole, people):
    named = Identity.objects.visible_to(people.worker)

    assert not named.filter(data__contains=b"Shembulla").exists()
    assert not named.filter(data=b"Shembulla").exists()


@pytest.mark.parametrize(
    "model", [one for one in own_models() if issubclass(one, ScopedModel)], ids=lambda m: m.__name__
)
def test_every_model_of_cases_asks_who_is_there(model):
    if model._meta.app_label != "cases":
        return
    with pytest.raises(UnscopedQuery):
        model._base_manager.count()
    with pytest.raises(UnscopedQuery):
        model._default_manager.count()
