"""Every form of the registry: good words do one thing, bad ones are kept with a sentence beside the field.

The table of forms stands in ``examples.py``; a new form without a line there fails the first test.
"""

from __future__ import annotations

import datetime

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from krat.access import census
from krat.access.models import Submission
from krat.access.scoping import ScopedModel
from krat.audit.models import Entry
from krat.committee.models import Institution
from krat.reference.models import Municipality, Term
from krat.ui.forms import BaseForm, DateField, TimeField, refuse_invisible
from tests.ui.form_examples import FORMS, Examples
from tests.ui.html_client import WHY, last_entry, rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

every_form = pytest.mark.parametrize("page", FORMS, ids=lambda page: page.route)
NUL, TURNED_ROUND, NO_WIDTH = "\x00", "\u202e", "\u200b"


@pytest.fixture
def examples(world) -> Examples:
    return Examples()


@pytest.fixture
def opened(page, person, examples):
    """Who fills the form, where, with which good words, and the form itself."""
    return page.open(person, examples)


def entries_there() -> int:
    return Entry.objects.unscoped(WHY).exclude(event__startswith="page.").count()


def fields_of(form: BaseForm, *kinds: type[forms.Field], but: tuple[type[forms.Field], ...] = ()) -> list[str]:
    return [name for name, one in form.fields.items() if isinstance(one, kinds) and not isinstance(one, but)]


def texts_of(form: BaseForm) -> list[str]:
    """The fields in which one writes freely."""
    special = (forms.EmailField, forms.SlugField, forms.RegexField)
    return [name for name in fields_of(form, forms.CharField, but=special) if name not in ("code", "username")]


def refused(who, address, words, bad, *, kept: bool = True) -> dict[str, str]:
    """Send good words but some: the page comes back, a sentence beside each bad one, all words still in the form."""
    before = entries_there()
    shown = who.post(address, words | bad)
    assert shown.status == 200, f"{bad!r:.200} was accepted"
    assert set(bad) <= set(shown.complaints), f"nothing beside {set(bad) - set(shown.complaints)} for {bad!r:.200}"
    for field, typed in (words | bad).items():
        if field == "version" or (field in bad and not kept):
            continue
        if isinstance(typed, str):
            assert shown.typed(field).replace("\r\n", "\n") == typed, field
    assert entries_there() == before
    return shown.complaints


def one_of_each(bad: dict[str, list[object]]) -> list[dict[str, object]]:
    """The first bad word of every field, then the second of every field that has one, and so on."""
    most = max(map(len, bad.values()), default=0)
    return [{name: values[at] for name, values in bad.items() if at < len(values)} for at in range(most)]


def test_every_form_of_the_registry_stands_in_the_table():
    wanted = {one.name for one in census.routes() if one.right and set(one.methods) == {"GET", "POST"}}
    # They change nothing and answer with a page: tests/cases/test_search.py, tests/search/test_search.py.
    wanted -= {"cases:search", "search:search"}

    assert {page.route for page in FORMS} == wanted


# --- good words ---


@every_form
def test_good_words_are_taken_and_leave_an_entry(page, opened, examples):
    """Also with fields that nobody asked for: they are not listened to."""
    who, address, words, form = opened
    more = {"number": "1", "id": "1", "pk": "1", "approved_by": "1", "closed_at": "1", "is_frozen": "on"}

    answer = who.post(address, {name: value for name, value in more.items() if name not in form.fields} | words)

    assert answer.status == (200 if page.route == "people:invite" else 302), answer.complaints or answer.text[:400]
    by = examples.seat_of(page.who)
    written = Entry.objects.unscoped(WHY).filter(event=page.event, actor=by.code)
    assert written.exists()
    assert not any(
        str(value) in str(last_entry().fields) for value in words.values() if isinstance(value, str) and len(value) > 5
    )


# The invitation shows its link and redirects to nothing: it has a test of its own.
@pytest.mark.parametrize("page", [one for one in FORMS if one.route != "people:invite"], ids=lambda page: page.route)
def test_sent_twice_it_is_done_once_and_answers_the_same(page, person, examples):
    who, address, words = person(page.who), page.address(examples), page.data(examples)
    sent = who.look(address).form(*words).sent(words)

    first = who.post(address, sent)
    done = entries_there()
    second = who.post(address, sent)

    assert (first.status, second.status) == (302, 302)
    assert second.leads_to == first.leads_to
    assert entries_there() == done
    assert Submission.objects.count() >= 1


# --- bad words, in every slot ---


def unknown_and_foreign(field: forms.ModelChoiceField) -> list[object]:
    """Ids that do not exist, cannot exist, and stand in the other county or in another list."""
    model = field.queryset.model
    ids: list[object] = ["999999", "99999999999999999999999999", "abc" + NUL]
    if model in (Institution,):
        ids.append(rows(Institution).filter(county__code="AL-05")[0].pk)
    elif model is Municipality:
        ids.append(Municipality.objects.get(code="AL-05-PERMET").pk)
    elif model is Term:
        of = field.queryset[0].list
        ids.append(Term.objects.exclude(list=of)[0].pk)
    elif issubclass(model, ScopedModel):
        allowed = set(field.queryset.values_list("pk", flat=True))
        ids.append(rows(model).exclude(pk__in=allowed)[0].pk)
    return ids


def ids_for(form: BaseForm) -> dict[str, list[object]]:
    bad: dict[str, list[object]] = {}
    for name in fields_of(form, forms.ModelChoiceField):
        field = form.fields[name]
        reached = set(field.queryset.values_list("pk", flat=True))  # the administrator reaches the whole country
        values = [value for value in unknown_and_foreign(field) if value not in reached]
        several = isinstance(field, forms.ModelMultipleChoiceField)
        bad[name] = [[value] for value in values] if several else values
    return bad


@every_form
def test_bad_words_are_refused_in_every_slot_with_a_sentence_beside_it(page, opened):
    """Ids of nothing, of the other county and of other lists, days that do not exist, numbers that are none, texts
    that are too long or hold what cannot be seen, nothing where something is wanted."""
    who, address, words, form = opened
    choices = fields_of(form, forms.ChoiceField, but=(forms.ModelChoiceField,))
    unkept = ids_for(form) | {name: ["everything", "<b>" + NUL] for name in choices}
    kept = {name: ["31.02.2026", "2026-02-31", "dje", "01.01.0001"] for name in fields_of(form, forms.DateField)}
    kept |= {name: ["25:00", "dhjetë"] for name in fields_of(form, forms.TimeField)}
    kept |= {name: ["-1", "99999999999999999999", "1.5"] for name in fields_of(form, forms.IntegerField)}
    kept.pop("version", None)
    for name in texts_of(form):
        longest = form.fields[name].max_length
        assert longest is not None, f"{name} takes any length"
        assert longest <= 20_000, name
        kept[name] = ["a" * (longest + 1), f"Tekst{TURNED_ROUND}fshehur", f"Tekst{NO_WIDTH}fshehur"]
        unkept[name] = [f"Tekst{NUL}fshehur"]

    for bad in one_of_each(kept):
        refused(who, address, words, bad)
    for bad in one_of_each(unkept):
        refused(who, address, words, bad, kept=False)
    wanted = [name for name, one in form.fields.items() if one.required and name != "version"]
    if wanted:
        refused(who, address, words, dict.fromkeys(wanted, ""))


@every_form
def test_script_and_formulas_stay_words(page, opened):
    who, address, words, form = opened
    hostile = '=SUM(A1)"><script>alert(1)</script>{{ 7*7 }}<img src=x>'
    typed = {name: hostile for name in texts_of(form) if form.fields[name].max_length >= len(hostile)}

    answer = who.post(address, words | typed)

    after = who.get(answer.leads_to) if answer.status == 302 else answer
    assert after.status == 200
    assert "<script>alert" not in after.html
    assert "<img src=x" not in after.html
    if answer.status == 200 and page.route != "people:invite":  # refused for another reason: kept as typed
        assert all(answer.typed(name) == hostile for name in typed)


@pytest.mark.parametrize("page", [one for one in FORMS if one.texts], ids=lambda page: page.route)
def test_the_names_of_private_persons_are_refused_without_being_repeated(page, opened):
    who, address, words, _form = opened

    bad = {name: f"{words.get(name) or 'Teksti.'} U fol për Arben Hoxha." for name in page.texts}
    for name, sentence in refused(who, address, words, bad).items():
        assert "Arben" not in sentence, name
        assert "Hoxha" not in sentence, name
        assert "private person" in sentence, name


def test_known_or_not_a_person_is_refused_with_the_same_words(person, examples):
    page = next(one for one in FORMS if one.route == "meetings:item")
    who, address, words, _form = page.open(person, examples)

    unknown = refused(who, address, words, {"discussion": "U fol për Arben Hoxha."})
    other = refused(who, address, words, {"discussion": "U fol për Lulzim Gjoka."})

    assert unknown == other


@every_form
def test_a_missing_or_garbled_version_changes_nothing(page, opened):
    who, address, words, _form = opened
    if "version" not in words:
        pytest.skip("Nothing is changed here, something is added.")

    for version in ("", "99999999999999999999", "1" + NUL):
        before = entries_there()
        shown = who.post(address, words | {"version": version})
        assert shown.status == 200, version
        assert "Nothing was done yet" in shown.text or "Compare both" in shown.text
        assert entries_there() == before
    without = {name: value for name, value in words.items() if name != "version"}
    assert who.post(address, without).status == 200


# --- the pieces ---


class _Form(BaseForm):
    words = forms.CharField()
    day = DateField(required=False)
    hour = TimeField(required=False)


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200b", "\u200f", "\u0007", "\ufeff", "\U000e0041", "\u00ad"])
def test_invisible_signs_are_refused(sign):
    with pytest.raises(ValidationError):
        refuse_invisible(f"a{sign}b")


@pytest.mark.parametrize(
    "words", ["çfarë ëndrre", "dy\nrreshta\tme vend", "“thonjëza” – dhe …", "1 000 €", "日本", "🙂"]
)
def test_letters_of_any_script_are_taken(words):
    refuse_invisible(words)


def test_letters_are_stored_in_one_form():
    form = _Form(QueryDict("words=fe\u0308mije\u0308"))

    assert form.is_valid()
    assert form.cleaned_data["words"] == "fëmijë"


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-03",
        "03.04.2026",
        "3.4.2026",
        " 3. 4. 2026 ",
        "03/04/2026",
        "3-4-2026",
        "3 4 2026",
        "03042026",
        "3.4.2026.",
    ],
)
def test_a_day_is_understood_as_people_write_it(typed):
    """The third of April, never the fourth of March."""
    form = _Form({"words": "x", "day": typed})

    assert form.is_valid()
    assert form.cleaned_data["day"] == datetime.date(2026, 4, 3)


@pytest.mark.parametrize(
    "typed",
    ["31.02.2026", "13/31/2026", "12.31.2026", "3.4.26", "342026", "2026", "2026.04.03", "٣.٤.2026", "3.4.20266"],
)
def test_what_is_no_day_is_refused_with_an_example(typed):
    form = _Form({"words": "x", "day": typed})

    assert form.errors["day"] == [gettext("Write day, month and year, as in 31.12.2026.")]
    assert f'value="{typed}"' in str(form["day"])


def test_a_day_is_a_text_in_every_browser_and_shown_as_it_is_written_here():
    """A browser's own field of a day speaks the browser's language: 04/03/2026 beside 03.04.2026."""
    shown = str(_Form(initial={"day": datetime.date(2026, 4, 3), "hour": datetime.time(9, 30)}))

    assert 'value="03.04.2026"' in shown
    assert 'value="09:30"' in shown
    assert 'type="date"' not in shown
    assert 'type="time"' not in shown
    assert shown.count('inputmode="numeric"') == 2


@pytest.mark.parametrize("typed", ["25:00", "9:60", "930am", "noon", "12345"])
def test_what_is_no_hour_is_refused_with_an_example(typed):
    assert _Form({"words": "x", "hour": typed}).errors["hour"] == [gettext("Write hour and minutes, as in 14:30.")]


@pytest.mark.parametrize("typed", ["9:30", "09:30", "09:30:00", "9.30", "0930", "930", "9 30"])
def test_an_hour_is_understood_as_people_write_it(typed):
    form = _Form({"words": "x", "hour": typed})

    assert form.is_valid()
    assert form.cleaned_data["hour"] == datetime.time(9, 30)


def test_a_refusal_stands_at_its_field_and_what_has_none_on_top():
    form = _Form({"words": "x"})
    assert form.is_valid()

    with form.catching():
        raise ValidationError({"words": "So not.", "elsewhere": "Nor this."})

    assert form.errors["words"] == ["So not."]
    assert form.non_field_errors() == ["Nor this."]


def test_another_mistake_is_not_caught():
    form = _Form({"words": "x"})

    with pytest.raises(KeyError), form.catching():
        raise KeyError("words")


def test_the_page_says_whose_error_it_is_and_leads_there(person, examples):
    coordinator = person("koordinator.durres")

    shown = coordinator.post(reverse("meetings:add"), {})

    assert "#id_place" in shown.links
    assert 'aria-invalid="true"' in shown.html
    assert 'aria-describedby="id_place_error"' in shown.html
