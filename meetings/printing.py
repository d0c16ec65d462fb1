"""Papers of a meeting as files: minutes and invitation as PDF and Word, the invitation as a calendar entry, the pack.

Everything here takes what was read already and asks no query: files are written after the commit.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from krat.export import calendar
from krat.export.pdf import LANGUAGE, pdf
from krat.export.word import WordPaper
from meetings.models import Meeting
from meetings.pack import Pack
from meetings.paper import Content, Paper


def minutes_pdf(meeting: Meeting, paper: Paper) -> bytes:
    """The minutes as PDF; a draft says so on every page."""
    return pdf("meetings/minutes_file.html", _context(meeting, paper), identifier=_identifier(meeting, paper))


def invitation_pdf(meeting: Meeting, paper: Paper, today: date) -> bytes:
    """The invitation with its agenda as PDF."""
    context = _context(meeting, paper) | {"mark": "", "today": today}
    return pdf("meetings/invitation_file.html", context, identifier=_identifier(meeting, paper))


def pack_pdf(meeting: Meeting, pack: Pack, today: date) -> bytes:
    """All that whoever comes to the meeting should have read, as one PDF."""
    context = _context(meeting, pack.paper) | {"mark": "", "today": today, "pack": pack}
    return pdf("meetings/pack_file.html", context, identifier=_identifier(meeting, pack.paper))


def invitation_ics(meeting: Meeting, *, link: str, now: datetime) -> bytes:
    """The meeting for a calendar: number, place, time, link."""
    with translation.override(LANGUAGE):
        title = str(meeting)
    return calendar.event(
        code=meeting.code,
        sequence=meeting.version,
        written_at=now,
        title=title,
        place=meeting.place,
        link=link,
        day=meeting.held_on,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        is_cancelled=meeting.state in (Meeting.State.CANCELLED, Meeting.State.POSTPONED),
    )


def minutes_docx(meeting: Meeting, paper: Paper, now: datetime) -> bytes:
    """The minutes as a Word file, in the words of the page."""
    content = paper.content
    with translation.override(LANGUAGE):
        number = _("Minutes %(number)s") % {"number": content["number"]}
        word = WordPaper(title=number, author=content["body"]["name"], written_at=now, foot=number)
        _write_head(word, content)
        word.heading(number, 0)
        word.text(_state_of(meeting, content), quiet=True)
        word.text(_facts_of(content))
        word.heading(_("Attendance"))
        _write_attendance(word, content)
        for item in content["items"]:
            word.heading(f"{item['position']}. {item['title']}")
            _write_item(word, item)
        _write_end(word, content)
        if paper.is_frozen:
            word.text(f"{_('Fingerprint of the approved text (SHA-256):')} {paper.fingerprint}", quiet=True)
        return word.read()


def _context(meeting: Meeting, paper: Paper) -> dict[str, Any]:
    is_circulated = meeting.minutes == Meeting.Minutes.CIRCULATED
    with translation.override(LANGUAGE):
        mark = "" if paper.is_frozen else pgettext("minutes", "DRAFT")
    return {"paper": paper, "author": paper.content["body"]["name"], "is_circulated": is_circulated, "mark": mark}


def _identifier(meeting: Meeting, paper: Paper) -> str:
    return paper.fingerprint or f"{meeting.code.hex}{meeting.version}"


# --- the minutes in Word ---


def _write_head(word: WordPaper, content: Content) -> None:
    word.text(_("Republic of Albania"), centred=True)
    word.text(_("Prefect of the County of %(county_name)s") % {"county_name": content["county"]["name"]}, centred=True)
    word.text(content["body"]["name"], centred=True, strong=True)
    day = formats.date_format(content["meeting"]["held_on"], "DATE_FORMAT")
    word.text(f"{_('No. %(number)s prot.') % {'number': '_______'}}    {content['county']['seat']}, {day}")


def _state_of(meeting: Meeting, content: Content) -> str:
    approved = content["approved"]
    if approved:
        return _("Approved on %(day)s by: %(office)s, %(institution)s.") % {
            "day": formats.date_format(approved["approved_on"], "DATE_FORMAT"),
            "office": approved["role"]["name"],
            "institution": approved["institution"]["name"],
        }
    if meeting.minutes == Meeting.Minutes.CIRCULATED:
        return _("Draft, sent for remarks; not approved yet.")
    return _("Draft; not approved yet.")


def _facts_of(content: Content) -> str:
    told = content["meeting"]
    parts = [told["kind"]["name"], told["place"]]
    begins, ends = (formats.time_format(told[key], "H:i") if told[key] else "" for key in ("starts_at", "ends_at"))
    if begins and ends:
        parts.append(_("from %(from)s to %(to)s") % {"from": begins, "to": ends})
    elif begins:
        parts.append(begins)
    elif ends:
        parts.append(_("until %(to)s") % {"to": ends})
    return " · ".join(parts)


def _write_attendance(word: WordPaper, content: Content) -> None:
    rows = []
    for row in content["attendance"]:
        who = row["institution"]["name"]
        if row["office"] and row["office"]["code"] != "member":
            who = f"{who} ({row['office']['name']})"
        if not row["votes"]:
            who = f"{who}, {_('without a vote')}"
        came = row["status"]["name"] if row["status"] else _("not recorded")
        rows.append((who, f"{came} ({row['substitute']})" if row["substitute"] else came))
    if rows:
        word.table((_("Institution"), _("Presence")), rows)
    else:
        word.text(_("Nobody has been recorded yet."))
    quorum = content["quorum"]
    if quorum["is_counted"] and quorum["recorded"]:
        if quorum["is_reached"]:
            words = _("The quorum is reached: %(present)s of %(voting)s voting institutions.")
        else:
            words = _(
                "The quorum is not reached: %(present)s of %(voting)s voting institutions."
                " What follows are recommendations."
            )
        word.text(words % {"present": quorum["present"], "voting": quorum["voting"]})


def _write_item(word: WordPaper, item: Content) -> None:
    if item["rapporteur"]:
        word.text(_("Rapporteur: %(who)s") % {"who": item["rapporteur"]["name"]}, quiet=True)
    if item["discussion"]:
        word.text(item["discussion"])
    if item["kind"] == "follow_up":
        _write_returning(word, item)
    for decision in item["decisions"]:
        number = _("Decision %(number)s") % {"number": decision["number"]}
        if decision["is_recommendation"]:
            number = f"{number} ({_('recommendation, taken without quorum')})"
        word.text(number, strong=True)
        word.text(decision["text"])
        if decision["withdrawn"]:
            word.text(f"{pgettext('decision', 'withdrawn')}: {decision['withdrawn']}")
        else:
            word.points(_charged(decision))


def _write_returning(word: WordPaper, item: Content) -> None:
    if not item["returning"]:
        word.text(_("No open decision returned to this meeting."), quiet=True)
    for one in item["returning"]:
        if not one["outcome"]:
            continue
        taken = _("taken on %(day)s") % {"day": formats.date_format(one["taken_on"], "SHORT_DATE_FORMAT")}
        word.text(f"{_('Decision %(number)s') % {'number': one['number']}}, {taken}", strong=True)
        word.text(one["text"])
        word.points(_charged(one))
        word.text(_("Found: %(outcome)s") % {"outcome": one["outcome"]["name"]}, strong=True)
        if one["outcome"]["note"]:
            word.text(one["outcome"]["note"])
    if item["not_reviewed"]:
        numbers = ", ".join(one["number"] for one in item["not_reviewed"])
        word.text(f"{_('Returned and not taken up:')} {numbers}")


def _charged(decision: Content) -> list[str]:
    lines = []
    for one in decision["charged"]:
        until = _("no date")
        if one["due_on"]:
            until = _("until %(day)s") % {"day": formats.date_format(one["due_on"], "SHORT_DATE_FORMAT")}
        line = f"{_('Responsible: %(who)s') % {'who': one['lead']['name']}}, {until}"
        if one["supporting"]:
            line = f"{line}. {_('Together with:')} {'; '.join(other['name'] for other in one['supporting'])}"
        lines.append(line)
    return lines


def _write_end(word: WordPaper, content: Content) -> None:
    coming = content["next_meeting"]
    if coming:
        words = _("Next meeting: %(number)s, %(day)s, %(place)s.") % {
            "number": coming["number"],
            "day": formats.date_format(coming["held_on"], "DATE_FORMAT"),
            "place": coming["place"],
        }
        if coming["starts_at"]:
            words = f"{words} {_('Hour: %(hour)s.') % {'hour': formats.time_format(coming['starts_at'], 'H:i')}}"
        word.text(words)
    word.signatures((_("Chair"), _("Minute-taker")))
