"""Every model of the house is scoped, or open for a reason that stands here."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import CASCADE, SET_NULL

from krat.access.checks import own_models
from krat.access.scoping import ScopedModel

OPEN = {
    "access.Submission": "holds a hash of a form that was sent, so that it does one thing",
    "access.RecoveredForm": "holds encrypted data, and is found by their own writer alone",
    "access.Draft": "holds encrypted data, and is found by its own writer in the same seat alone",
    "access.CacheEntry": "counts failed sign-ins and remembers used codes for minutes, under a hash",
    "access.Installation": "says whether the database holds the invented world",
    "api.IdempotentAnswer": "holds an encrypted answer, and is found by the key of its own client alone",
    "api.Tally": "counts how often somebody asked, under a hash",
    "cases.DataKey": "holds an encrypted key and no word; its case or signal is found through the door alone",
    "cases.KnownVersion": "holds the number of a version that a machine has seen",
    "cases.KeptSearch": "holds an encrypted search for ten minutes, and is found by its own seat alone",
    "cases.NameToken": "holds keyed tokens, which say which cases fit a name and no name",
    "cases.Series": "holds the last running number of a county and year",
    "counts.KeptCount": "holds numbers that the counting layer alone reads, and a unit's head of their own unit",
    "feed.Generation": "holds the last number of the feed",
    "feed.Pending": "holds codes of things that changed, which are told through the door alone",
    "feed.Change": "holds codes of things that changed, which are told through the door alone",
    "search.Indexed": "holds words of texts that stand in clear; what fits is told through each text's own door",
    "search.Unindexed": "holds ids of texts that were written, until they are indexed",
    "notify.Mailbox": "how often a person wants mails; each person finds their own, and the timer that sends them",
    "notify.Timer": "when the timer ran and whether mails go out, without a word of any",
    "indicators.Indicator": "public: what every committee reports, with its definition",
    "people.User": "is looked up before anybody knows who is asking",
    "reference.County": "public: the twelve counties by law",
    "reference.Municipality": "public: the municipalities by law",
    "reference.Term": "public: rows of lists that everybody chooses from",
    "reference.Deadline": "public: deadlines by their acts",
    "reference.Threshold": "public: from where on something is told, with its reference",
    "reference.Holiday": "public: the holidays by law",
}
MODELS = own_models()


def test_every_model_is_scoped_or_open_for_a_reason():
    opened = {model._meta.label for model in MODELS if not issubclass(model, ScopedModel)}

    assert opened == set(OPEN)


def test_every_reason_is_a_reason():
    assert all(len(reason) > 15 for reason in OPEN.values())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_says_what_it_stands_for(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}("), "Django wrote this docstring, not we."


@pytest.mark.parametrize(
    "model", [one for one in MODELS if issubclass(one, ScopedModel)], ids=lambda model: model._meta.label
)
def test_no_row_vanishes_with_another_by_mistake(model):
    """Rows are kept."""
    taken_along = [
        field.name
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and getattr(field.remote_field, "on_delete", None) in (CASCADE, SET_NULL)
    ]

    assert taken_along == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_constraints_and_indexes_have_names_that_speak(model):
    for one in [*model._meta.constraints, *model._meta.indexes]:
        assert "_" in one.name
        assert not one.name.endswith(("_idx", "_uniq", "_check")), f"{one.name} was named by a machine."


def test_names_in_the_database_are_given_once():
    names = Counter(one.name for model in MODELS for one in [*model._meta.constraints, *model._meta.indexes])

    assert [name for name, times in names.items() if times > 1] == []


# --- migrations ---


@pytest.fixture(scope="module")
def ours():
    areas = ("krat.", "meetings", "cases")
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith(areas)}
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return labels, loader


def test_every_area_has_one_last_migration(ours):
    labels, loader = ours

    assert {label: heads for label, heads in loader.detect_conflicts().items() if label in labels} == {}
    for label in labels:
        assert len(loader.graph.leaf_nodes(label)) <= 1


def test_migrations_are_named_after_what_they_do(ours):
    labels, loader = ours

    by_machine = [
        name
        for label, name in loader.disk_migrations
        if label in labels and ("auto_" in name or name.endswith("_initial") or name.count("_") == 0)
    ]
    assert by_machine == []


def test_migrations_do_not_lean_on_todays_models(ours):
    labels, loader = ours
    leaning = []
    for (label, name), migration in loader.disk_migrations.items():
        if label in labels:
            text = Path(import_module(migration.__module__).__file__).read_text()
            leaning += [name] * (".models import" in text)

    assert leaning == []
