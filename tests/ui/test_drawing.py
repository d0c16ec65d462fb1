"""What many things have alike is drawn once, and what is written by functions is what Django's templates write."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import engines
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString

from krat.ui.drawing import address_of, drawn, rows_drawn
from krat.ui.loader import Loader
from krat.ui.widgets import _WRITTEN, Renderer

NASTY = "\"><b>'&"
BADGE = "components/badge.html"


def test_what_is_drawn_is_what_an_include_would_write():
    assert drawn(BADGE, text="afër", tone="soon", with_icon=True) == render_to_string(
        BADGE, {"text": "afër", "tone": "soon", "with_icon": True}
    )


def test_a_text_that_is_safe_is_not_taken_for_one_that_is_not():
    safe = drawn(BADGE, text=SafeString("<b>x</b>"), tone="calm")

    assert "<b>" in safe
    assert "<b>" not in drawn(BADGE, text="<b>x</b>", tone="calm")


def test_each_language_is_drawn_for_itself():
    words = {}
    for language in ("sq", "en"):
        with translation.override(language):
            words[language] = drawn("cases/_risk.html", risk="immediate")

    assert words["sq"] != words["en"]


def test_an_address_is_the_one_that_reverse_gives():
    code = uuid.uuid4()

    assert address_of("cases:case", code) == reverse("cases:case", kwargs={"code": code})


ROW = "cases/_case_row.html"
WORDS = dict.fromkeys(("person", "stage", "risk", "place", "kind", "manager", "until"), "")


def row(**words):
    names = ("url", "number", "person_words", "stage", "risk", "place", "kind", "manager", "until")
    return dict.fromkeys(names, "") | words


def test_rows_are_written_as_the_template_writes_each():
    labels = {f"{name}_label": name for name in WORDS} | {"shows_names": True}
    lines = [
        row(number="DR-1", person_words=SafeString("<b>A</b>"), place=NASTY),
        row(number="DR-2", manager="{0} %s {{ x }}"),
    ]

    assert rows_drawn(ROW, lines, **labels) == "".join(render_to_string(ROW, labels | {"one": one}) for one in lines)


def test_what_a_row_says_is_escaped():
    assert "<b>" not in rows_drawn(
        ROW, [row(place=NASTY)], **{f"{name}_label": NASTY for name in WORDS}, shows_names=True
    )


def test_what_can_be_changed_is_drawn_anew():
    steps = [{"label": "një", "note": "", "state": "now"}]

    assert "një" in drawn("components/_step.html", step=steps[0])


# --- controls ---


class Controls(forms.Form):
    text = forms.CharField(
        max_length=9, help_text="x", widget=forms.TextInput(attrs={"data-x": NASTY, "autofocus": True})
    )
    number = forms.IntegerField(min_value=1)
    password = forms.CharField(widget=forms.PasswordInput)
    mail = forms.EmailField(required=False)
    day = forms.DateField(required=False)
    hour = forms.TimeField(required=False)
    tick = forms.BooleanField(required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)
    one = forms.ChoiceField(choices=[("", "–"), ("a", NASTY), (7, 1234567), ("g", [("b", "B"), (NASTY, "C")])])
    lazy = forms.ChoiceField(choices=[("x", translation.gettext_lazy("all"))], required=False)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {"text": NASTY, "number": "x", "one": "7", "tick": "on", "hidden": NASTY, "day": datetime.date(2026, 1, 2)},
        {"text": "", "one": NASTY, "lazy": "nowhere", "number": 1234567},
    ],
)
def test_controls_are_written_as_django_writes_them(sent):
    def written(renderer):
        form = Controls(sent, renderer=renderer)
        return {name: re.sub(r"\n+", "\n", str(form[name])) for name in form.fields}  # empty lines are none of it

    assert written(Renderer()) == written(TemplatesSetting())


def test_the_controls_that_are_written_by_functions_are_among_those():
    asked = {field.widget.template_name for field in Controls.base_fields.values()}

    assert set(_WRITTEN) - asked == {"django/forms/widgets/input.html"}


# --- templates ---


def test_lines_lose_their_indentation_and_keep_their_number(tmp_path):
    (tmp_path / "one.html").write_text("<p>\n    <b>{{ x }}</b>\n\n    {% if x %}\n      a word\n{% endif %}</p>\n")
    loader = Loader(engines["django"].engine, [tmp_path])
    origin = next(iter(loader.get_template_sources("one.html")))

    assert loader.get_contents(origin) == "<p>\n<b>{{ x }}</b>\n\n{% if x %}\n      a word\n{% endif %}</p>\n"


@pytest.mark.django_db
def test_a_page_is_not_a_third_of_blanks(person):
    page = person("koordinator.durres").look("/").html

    assert len(re.findall(r"(?<=\n)[ \t]+(?=<)", page)) == 0
