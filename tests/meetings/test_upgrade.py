"""Drafts of minutes as an older registry kept them, after the upgrade: back and forward, with rows."""

import uuid
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from krat.access import crypto, drafts
from krat.access.models import Draft
from tests.ui.form_examples import Examples
from tests.ui.html_client import rows, url

pytestmark = pytest.mark.django_db(transaction=True)

OLD = [("meetings", "0007_numbers_say_their_body")]
CARRIED = [("meetings", "0008_drafts_of_every_form")]
WORDS = "Raportoi njësia e Durrësit; vijon nesër."


def newest() -> list[tuple[str, str]]:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes("meetings")
    assert len(leaves) == 1
    return leaves


def migrate(where: list[tuple[str, str]]):
    """Go there; gives the models as they are there."""
    MigrationExecutor(connection).migrate(where)
    return MigrationExecutor(connection).loader.project_state(where).apps


@pytest.fixture
def examples(world) -> Examples:
    return Examples()


@pytest.fixture
def older(examples, seat):
    """Three drafts of the release before: of two people on one item, and one whose words nobody can open any more."""
    item = examples.item
    writers = [seat("koordinator.durres"), seat("sekretaria.durres")]
    gjirokaster = seat("koordinator.gjirokaster")
    models = migrate(OLD)
    old = models.get_model("meetings", "MinuteDraft")
    for number, writer in enumerate([*writers, gjirokaster]):
        code = uuid.uuid4()
        place = "elsewhere" if writer == gjirokaster else f"meetings_minutedraft:sealed:{code}"
        old._base_manager.create(
            code=code,
            item_id=item.pk,
            seat_id=writer.pk,
            ciphertext=crypto.encrypt(f"{WORDS} {number}", place=place),
            based_on=item.version,
            saved_at=timezone.now(),
        )
    yield item, writers
    migrate(newest())


def opened(draft: Draft) -> dict[str, list[str]]:
    return parse_qs(crypto.decrypt(draft.ciphertext, place=drafts.place_of(draft)))


def test_every_draft_that_opens_goes_along_to_its_writer(older):
    item, writers = older

    migrate(newest())

    found = {one.seat: one for one in Draft.objects.all()}
    assert set(found) == {one.code for one in writers}, "the one that opens for nobody is left behind"
    for number, writer in enumerate(writers):
        draft = found[writer.code]
        assert (draft.owner, draft.thing) == (writer.user.code, item.code)
        assert opened(draft) == {"version": [str(item.version)], "discussion": [f"{WORDS} {number}"]}


def test_the_writer_finds_the_words_in_the_form(older, as_):
    from tests.ui.html_client import Person

    item, _writers = older
    migrate(newest())

    shown = Person(as_("koordinator.durres")).look(url("meetings:item", item))

    assert shown.typed("discussion") == f"{WORDS} 0"
    assert "Below stands your draft of" in shown.text


def test_an_item_that_was_dealt_with_stays_so_in_its_draft(older):
    item, _writers = older
    rows(type(item)).filter(pk=item.pk).update(is_done=True)

    migrate(newest())

    assert {tuple(opened(one)["is_done"]) for one in Draft.objects.all()} == {("on",)}


def test_back_and_forward_again_keep_every_draft(older):
    migrate(newest())
    before = sorted(Draft.objects.values_list("code", "owner", "seat", "form", "thing"))

    models = migrate(OLD)
    assert not models.get_model("meetings", "MinuteDraft")._base_manager.exists()
    migrate(CARRIED)
    migrate(newest())

    assert sorted(Draft.objects.values_list("code", "owner", "seat", "form", "thing")) == before
    assert all(opened(one)["discussion"] for one in Draft.objects.all())
