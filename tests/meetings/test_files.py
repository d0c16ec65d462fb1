"""Papers of a meeting as files: what a member carries away, keeps for ever, and has read aloud."""

import io
import re
import zipfile
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import docx
import page
import pytest
from django.template.loader import render_to_string
from icalendar import Calendar

from krat.audit.models import Entry
from krat.demo import make
from krat.export.pdf import PaperFailed, pdf
from meetings import actions
from meetings.models import AgendaItem, Meeting
from tests.ui.html_client import rows, url

pytestmark = pytest.mark.django_db

ASKED = "ZVA verifikon regjistrimin e fëmijëve & i raporton <komitetit>."
FILES = ["minutes_pdf", "minutes_docx", "invitation_pdf", "invitation_ics", "pack_pdf"]


@pytest.fixture
def held(examples, seat) -> Meeting:
    by, meeting = seat("koordinator.durres"), examples.meeting
    make.item(meeting, title="Hapja e mbledhjes", discussion="U hap nga kryetari.\nU miratua rendi i ditës.")
    make.item(meeting, title="", kind=AgendaItem.Kind.FOLLOW_UP)
    item = make.item(meeting, title="Regjistrimi në shkolla – „vijimi“", discussion="U diskutua gjatë.")
    actions.decide(
        item,
        by=by,
        text=ASKED,
        lead=examples.place("ZVA"),
        due_on=make.in_days(30),
        supporting=[examples.place("NJMF-DURRES")],
    )
    return actions.close_meeting(meeting, by=by)


@pytest.fixture
def approved(held, person) -> Meeting:
    person("koordinator.durres").press(url("meetings:detail", held), url("meetings:circulate", held))
    person("prefekt.durres").press(url("meetings:detail", held), url("meetings:approve", held))
    return rows(Meeting).select_related("body__county", "kind").get(pk=held.pk)


@pytest.fixture
def planned(examples) -> Meeting:
    return examples.another_meeting(
        held_on=date(2026, 7, 9), starts_at=time(10, 30), ends_at=time(12), place="Prefektura, salla 2"
    )


def given(as_, who: str, route: str, meeting: Meeting) -> bytes:
    answer = as_(who).get(url(f"meetings:{route}", meeting))
    assert answer.status_code == 200, route
    assert answer["Content-Disposition"].startswith("attachment; ")
    return answer.content


def faults_of(content: bytes) -> list[str]:
    """What the two standards find wrong with a file."""
    found = []
    for profile in ("pdfa-3a", "pdfua-1"):
        report = page.validate_pdf_bytes(content, profile=profile)
        found += [f"{profile}: {one.rule_id} {one.message}" for one in report.failures]
    return found


# --- PDF ---


@pytest.mark.parametrize("route", ["minutes_pdf", "invitation_pdf", "pack_pdf"])
def test_a_pdf_can_be_kept_for_ever_and_read_aloud(route, as_, approved, planned):
    meeting = approved if route == "minutes_pdf" else planned

    assert faults_of(given(as_, "zva.durres", route, meeting)) == []


def test_the_checker_finds_a_paper_of_which_only_half_is_done(approved, as_, monkeypatch):
    """The negative control: without the mark of the second standard the file is no PDF/UA."""
    monkeypatch.setattr("krat.export.pdf._also_accessible", lambda document, file: None)

    assert any(one.startswith("pdfua-1") for one in faults_of(given(as_, "zva.durres", "minutes_pdf", approved)))


def test_what_was_approved_is_the_same_file_whoever_asks(as_, approved):
    first = given(as_, "zva.durres", "minutes_pdf", approved)

    assert given(as_, "prefekt.durres", "minutes_pdf", approved) == first


def test_a_draft_says_so_on_its_page_and_approved_minutes_do_not(as_, held, person, monkeypatch):
    drawn: list[str] = []

    def draw(*args):
        drawn.append(render_to_string(*args))
        return drawn[-1]

    monkeypatch.setattr("krat.export.pdf.render_to_string", draw)

    given(as_, "zva.durres", "minutes_pdf", held)
    person("koordinator.durres").press(url("meetings:detail", held), url("meetings:circulate", held))
    person("prefekt.durres").press(url("meetings:detail", held), url("meetings:approve", held))
    given(as_, "zva.durres", "minutes_pdf", held)

    assert ['class="running-mark">PROJEKT<' in one for one in drawn] == [True, False]


@pytest.mark.parametrize("asked", ["https://example.org/a.png", "file:///etc/hostname", "//example.org/a.png", "a.png"])
def test_a_paper_asks_for_nothing_from_outside(asked, settings, tmp_path):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    (tmp_path / "probe.html").write_text(
        '{% extends "export/paper.html" %}{% block title %}Provë{% endblock %}'
        '{% block paper %}<h1>Provë</h1><img src="{{ asked }}" alt="provë">{% endblock %}'
    )

    with pytest.raises(PaperFailed):
        pdf("probe.html", {"author": "Provë", "asked": asked}, identifier="a")

    assert pdf("export/paper.html", {"author": "Provë"}, identifier="a").startswith(b"%PDF-1.7")


# --- Word ---


def test_the_word_file_says_what_the_paper_says(as_, approved):
    file = docx.Document(io.BytesIO(given(as_, "zva.durres", "minutes_docx", approved)))
    text = "\n".join(one.text for one in file.paragraphs)
    table = [[cell.text for cell in row.cells] for row in file.tables[0].rows]

    assert ASKED in text
    assert "Regjistrimi në shkolla – „vijimi“" in text
    assert f"deri më {make.in_days(30):%d.%m.%Y}" in text
    assert f"Procesverbali {approved.label}" in text
    assert "Miratuar më" in text
    assert table[0] == ["Institucioni", "Pjesëmarrja"]
    assert any("mori pjesë" in row[1] for row in table[1:])


def test_word_knows_the_language_the_paper_size_and_the_heads_of_tables(as_, approved):
    content = given(as_, "zva.durres", "minutes_docx", approved)
    file = docx.Document(io.BytesIO(content))
    parts = zipfile.ZipFile(io.BytesIO(content))
    everything = "".join(parts.read(name).decode(errors="replace") for name in parts.namelist() if name.endswith("ml"))

    section = file.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert set(re.findall(r'<w:lang [^>]*w:val="([^"]+)"', everything)) == {"sq-AL"}
    assert "w:tblHeader" in everything
    assert next(one.text for one in file.paragraphs if one.style.name == "Heading 1") == "Pjesëmarrja"
    assert file.core_properties.author == "Komiteti Rajonal Antitrafik"
    assert "python-docx" not in everything


# --- the calendar ---


def test_a_calendar_reads_the_hour_in_tirana_also_in_summer(as_, planned):
    entry = Calendar.from_ical(given(as_, "zva.durres", "invitation_ics", planned)).events[0]

    assert entry.start == datetime(2026, 7, 9, 10, 30, tzinfo=ZoneInfo("Europe/Tirane"))
    assert entry.start.utcoffset().total_seconds() == 2 * 3600
    assert entry.end == datetime(2026, 7, 9, 12, 0, tzinfo=ZoneInfo("Europe/Tirane"))


def test_a_calendar_entry_holds_number_place_time_and_link_and_nothing_else(as_, planned, seat):
    make.item(planned, title="Rast i bllokuar në shkollë")
    entry = Calendar.from_ical(given(as_, "zva.durres", "invitation_ics", planned)).events[0]

    assert set(entry.keys()) == {
        "UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "LOCATION", "URL", "STATUS", "DTSTART", "DTEND",
    }  # fmt: skip
    assert entry["SUMMARY"] == f"Mbledhja {planned.label}"
    assert entry["LOCATION"] == "Prefektura, salla 2"
    assert entry["URL"].endswith(url("meetings:detail", planned))


def test_a_meeting_that_moves_moves_the_entry_and_makes_no_second_one(as_, planned, seat):
    first = Calendar.from_ical(given(as_, "zva.durres", "invitation_ics", planned)).events[0]
    actions.change(
        planned,
        by=seat("koordinator.durres"),
        based_on=planned.version,
        kind=planned.kind,
        held_on=date(2026, 7, 12),
        starts_at=None,
        ends_at=None,
        place=planned.place,
    )
    second = Calendar.from_ical(given(as_, "zva.durres", "invitation_ics", planned)).events[0]

    assert second["UID"] == first["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert second.start == date(2026, 7, 12)


def test_a_cancelled_meeting_leaves_the_calendar(as_, planned, seat):
    actions.call_off(planned, by=seat("koordinator.durres"), to=Meeting.State.CANCELLED)

    calendar = Calendar.from_ical(given(as_, "zva.durres", "invitation_ics", planned))

    assert calendar["METHOD"] == "CANCEL"
    assert calendar.events[0]["STATUS"] == "CANCELLED"


# --- the pack ---


def test_the_pack_holds_what_one_should_have_read(person, held, planned, examples):
    person("koordinator.durres").press(url("meetings:detail", held), url("meetings:circulate", held))
    make.item(planned, title="", kind=AgendaItem.Kind.FOLLOW_UP)

    page = person("zva.durres").look(url("meetings:pack", planned)).text

    assert ASKED in page
    assert f"To approve: minutes {held.label}" in page
    assert "Open decisions by institution" in page
    assert "Late tasks" in page


# --- whose they are ---


@pytest.mark.parametrize("route", [*FILES, "pack"])
def test_a_paper_of_another_county_is_not_there(route, as_, held):
    assert as_("koordinator.gjirokaster").get(url(f"meetings:{route}", held)).status_code == 404


def test_whoever_carries_a_paper_away_stands_in_the_trail(as_, approved):
    given(as_, "kufi.durres", "minutes_docx", approved)

    seen = Entry.objects.unscoped("a test").filter(event="page.seen", route="meetings:minutes_docx")
    assert [(one.thing_type, one.thing_code) for one in seen] == [("meetings.meeting", str(approved.code))]


def test_before_a_meeting_its_minutes_lead_to_the_invitation(as_, planned, held):
    client = as_("zva.durres")

    assert client.get(url("meetings:minutes_pdf", planned)).url == url("meetings:invitation_pdf", planned)
    assert client.get(url("meetings:invitation_pdf", held)).url == url("meetings:minutes_pdf", held)


def test_where_the_machine_cannot_draw_a_pdf_the_page_says_so_and_word_still_comes(as_, approved, monkeypatch):
    monkeypatch.setattr("krat.export.pdf.is_available", lambda: False)

    answer = as_("zva.durres").get(url("meetings:minutes_pdf", approved), follow=True)

    assert "Këtu nuk mund të krijohet PDF." in answer.content.decode()
    assert given(as_, "zva.durres", "minutes_docx", approved)[:2] == b"PK"
