"""Invented examples for the styleguide: every component in every state. Nothing here comes from the database.

The examples are Albanian because what people type is; they are made up, and each person or number says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from krat.ui.forms import BaseForm, DateField
from krat.ui.listing import Listing

_MOMENT = datetime(2026, 11, 23, 11, 24, tzinfo=ZoneInfo("Europe/Tirane"))


@dataclass
class Due:
    """The chip of a due date."""

    text: str
    tone: str


@dataclass
class Step:
    """One stage of a path."""

    label: str
    note: str
    state: str


@dataclass
class Point:
    """One point of an agenda."""

    number: int
    label: str
    url: str = "#agenda"
    is_current: bool = False
    is_done: bool = False
    note: str = ""


@dataclass
class Event:
    """One line of what happened."""

    when: str
    text: str
    by: str = ""


@dataclass
class BothTexts:
    """One field of a conflict."""

    label: str
    theirs: str
    yours: str


class ExampleForm(forms.Form):
    """One field of each kind."""

    use_required_attribute = False

    topic = forms.CharField(label="Tema", help_text="Një fjali e shkurtër, pa emra personash.")
    text = forms.CharField(label="Diskutimi", widget=forms.Textarea(attrs={"rows": 4}))
    lead = forms.ChoiceField(
        label="Institucioni përgjegjës", choices=[("", "Zgjidhni"), ("a", "Bashkia Shembull"), ("b", "Zyra Shembull")]
    )
    due_on = DateField(label="Afati", help_text="Dita, muaji, viti: 20.01.2027")
    file = forms.FileField(label="Bashkëlidhja", required=False)
    kind = forms.ChoiceField(
        label="Lloji",
        widget=forms.RadioSelect,
        choices=[("ordinary", "E radhës"), ("extraordinary", "E jashtëzakonshme"), ("joint", "E përbashkët")],
    )
    places = forms.MultipleChoiceField(
        label="Bashkitë",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("a", "Shembull e Poshtme"), ("b", "Shembull e Sipërme")],
        help_text="Një ose më shumë.",
    )
    is_checked = forms.BooleanField(label="E lexova tekstin", help_text="Pa këtë nuk ruhet.")


class DraftForm(forms.Form):
    """A form that keeps what is typed, opened again."""

    use_required_attribute = False
    sent_to, keeps_draft, draft_at = "#draft", True, _MOMENT

    text = forms.CharField(
        label="Diskutimi",
        widget=forms.Textarea(attrs={"rows": 4}),
        initial="Zyra Shembull paraqiti shifrat e nëntorit: 12 fëmijë të identifikuar, 9 të regjistruar.",
    )


class FilterForm(BaseForm):
    """The narrowing of a list."""

    state = forms.ChoiceField(
        label="Gjendja", required=False, choices=[("", "Të gjitha"), ("open", "Të hapura"), ("late", "Me vonesë")]
    )
    body = forms.ChoiceField(label="Organi", required=False, choices=[("", "Të gjithë"), ("k", "Komiteti Rajonal")])


def _listing() -> Listing[Any]:
    """A list that shows what is open, sorted by its days, on its second page."""
    page: Any = Paginator(range(160), 20).page(2)
    columns = {"who": None, "until": None}
    form = FilterForm(auto_id="found_%s")
    return Listing(
        page=page,
        total=160,
        filters=form,
        query="sort=until",
        columns=columns,
        standing="state",
        open_as="open",
    )


def context() -> dict[str, Any]:
    """Everything that the styleguide's template shows."""
    wrong = ExampleForm(
        {"topic": "", "text": "Teksti mbetet siç u shkrua.", "due_on": "31.02.2027", "kind": ""}, auto_id="wrong_%s"
    )
    wrong.is_valid()
    wrong.add_error(None, "Mbledhja u mbyll në ndërkohë. Hapeni përsëri para se ta ndryshoni.")
    return {
        "parts": [
            ("colours", _("Colours and tones")),
            ("type", _("Type")),
            ("buttons", _("Buttons")),
            ("badges", _("Badges and chips")),
            ("icons", _("Icons")),
            ("notices", _("Notices")),
            ("sheets", _("Sheets and lists")),
            ("states", _("States of lists")),
            ("tables", _("Tables")),
            ("numbers", _("Numbers")),
            ("paths", _("Paths and what happened")),
            ("case", _("The world of a case")),
            ("forms", _("Forms")),
            ("draft", _("Text that saves itself")),
            ("conflict", _("Two texts")),
            ("paper", _("Paper")),
        ],
        "tones": [
            ("late", "2 ditë me vonesë"),
            ("soon", "deri të mërkurën"),
            ("done", "u krye"),
            ("calm", "afati 30.11"),
            ("quiet", "mungon"),
            ("brand", "Tryeza Teknike"),
        ],
        "dues": [Due("2 ditë me vonesë", "late"), Due("sot", "soon"), Due("afati 30.11", "calm"), None],
        "icons": [
            *(
                "today",
                "cases",
                "meetings",
                "plan",
                "tasks",
                "institutions",
                "activities",
                "people",
                "settings",
                "trail",
                "menu",
            ),
            *(
                "close",
                "check",
                "clock",
                "warning",
                "info",
                "print",
                "plus",
                "down",
                "forward",
                "back",
                "lock",
                "offline",
            ),
            *("part", "out", "paper", "calendar"),
        ],
        "waits": [
            {
                "title": "Miratoni procesverbalin e Tryezës Teknike nr. 4",
                "why": "3 vërejtje nga anëtarët · mbledhja e 12.11.2026",
                "due": Due("2 ditë me vonesë", "late"),
            },
            {
                "title": "Konfirmoni detyrën e kryer: regjistrimi i fëmijëve jashtë shkolle",
                "why": "Zyra Shembull · vendimi KRAT 7/2026",
                "due": Due("sot", "soon"),
            },
            {"title": "Raportoni treguesit e tremujorit", "why": "Plani i Veprimit 2026, shembull", "due": None},
        ],
        "rows": [
            {"name": "Bashkia Shembull", "done": 11, "open": 4, "late": 2},
            {"name": "Zyra Vendore Shembull", "done": 7, "open": 2, "late": 0},
            {"name": "Qendra Shembull", "done": 0, "open": 0, "late": 0},
        ],
        "facts": [
            ("Rendi i ditës", "9 pika, 5 të hartuara vetë"),
            ("Konfirmuar", "8 nga 13 institucione"),
            ("Vërejtje", ""),
        ],
        "final": [("Vërejtje", 2), ("Vërejtjet pritën deri më", "30.11.2026"), ("Vendime", 3)],
        "figures": [("Detyra të hapura", 87), ("Me vonesë", 11), ("Pa afat", 0)],
        "pillars": [("Parandalimi", 14, 19), ("Mbrojtja", 9, 16), ("Ndjekja penale", 0, 4), ("Koordinimi", 0, 0)],
        "steps": [
            Step("Ftesa", "02.11.2026", "done"),
            Step("Rendi i ditës", "05.11.2026", "done"),
            Step("Mbledhja", "12.11.2026", "done"),
            Step("Procesverbali", "vërejtje deri më 26.11", "now"),
            Step("Miratimi", "", "next"),
        ],
        "points": [
            Point(1, "Hapja dhe kuorumi", is_done=True),
            Point(2, "Ndjekja e detyrave", is_done=True),
            Point(3, "Regjistrimi në shkollë", is_current=True),
            Point(4, "Kalendari i dhjetorit", note="2"),
            Point(5, "Të ndryshme"),
        ],
        "events": [
            Event("16.11.2026", "Procesverbali u dërgua për vërejtje.", "Sekretaria"),
            Event("12.11.2026", "Mbledhja u mbyll. 9 nga 13 anëtarë, 4 vendime."),
            Event("02.11.2026", "Ftesat u dërguan.", "Sekretaria"),
        ],
        "band": {
            "name": "Shembulla Provë",
            "born": "2014",
            "act": "menaxher i rastit shembull",
            "since": _MOMENT,
            "until": "deri sa rasti të mbyllet",
        },
        "next_steps": [
            {
                "title": "Ende pa përgjigje nga Bashkia Shembull: ndihma ekonomike",
                "why": "Referimi i 06.11.2026 duhej të kishte përgjigje më 13.11.2026.",
                "tone": "late",
                "due": Due("9 ditë me vonesë", "late"),
                "verbs": [
                    {"words": "Dërgo kujtesë", "url": "#case", "is_button": True},
                    {"words": "Shëno pengesë", "url": "#case", "is_button": False},
                ],
            },
            {
                "title": "Rishikoni planin e mbrojtjes",
                "why": "Pritet deri më 01.01.2027.",
                "tone": "brand",
                "due": None,
                "verbs": [{"words": "Kalo në fazën tjetër", "url": "#case", "is_button": False}],
            },
        ],
        "identity": [
            ("Emri", "Shembulla Provë"),
            ("Datëlindja", "14.03.2015 · 11 vjeç"),
            ("Si kontaktohet familja", "Vetëm telefon, pas orës 16:00. Mos dërgoni letra."),
        ],
        "form": ExampleForm(auto_id="plain_%s"),
        "wrong": wrong,
        "found": _listing(),
        "draft_form": DraftForm(auto_id="draft_%s"),
        "conflict": [
            BothTexts(
                "Vendimi",
                "Ngarkohet Zyra Shembull të raportojë çdo muaj.",
                "Ngarkohet Zyra Shembull të raportojë çdo tremujor.",
            ),
            BothTexts("Afati", "20.01.2027", ""),
        ],
        "signatures": [(pgettext("example", "Minute-taker"), ""), ("Prefekti i Qarkut, kryetar", "Shembulla Provë")],
        "now": _MOMENT,
        "nothing": None,
    }
