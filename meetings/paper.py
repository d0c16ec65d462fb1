"""The paper of a meeting: everything its minutes print, as plain data that needs no row any more (decision 33).

A draft's paper is composed anew each time it is read. With the approval it is stored as canonical JSON with its
SHA-256, and from then on page, print and REST read it from there: institutions are renamed, tasks change, words are
reworded, and approved minutes stay as they were read. Its words are Albanian, whatever the reader's language: it is one
paper.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import translation

from krat.committee.models import Body, Institution, Membership
from krat.people.models import Seat
from krat.plan.models import Task
from meetings.models import AgendaItem, ApprovedMinutes, Attendance, Decision, Meeting, Review
from meetings.quorum import quorum_of

# Rises when something in the content means another thing than before; readers of older papers stay.
SCHEMA = 1
LANGUAGE = "sq"

Content = dict[str, Any]


@dataclass(frozen=True)
class Paper:
    """A paper as it is read. ``content`` holds days and hours as such, not as text."""

    content: Content
    is_frozen: bool
    fingerprint: str = ""
    is_intact: bool = True  # what is stored still has the fingerprint that was taken of it


# --- canonical form ---


def canonical(content: Content) -> str:
    """The one way to write it down: keys in order, no blanks, letters as they are."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(text: str) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


# --- reading and freezing ---


def paper_of(meeting: Meeting, seat: Seat) -> Paper:
    """The paper of a meeting that came through the door: the stored one, once it is approved (one query; ten for a
    draft, however long it is)."""
    if meeting.is_frozen:
        stored = stored_paper(meeting, seat)
        intact = fingerprint(stored.content) == stored.fingerprint
        return Paper(_to_read(json.loads(stored.content)), True, stored.fingerprint, intact)
    return Paper(_to_read(compose(meeting, seat)), False)


def stored_paper(meeting: Meeting, seat: Seat) -> ApprovedMinutes:
    """The stored paper of approved minutes (one query)."""
    return ApprovedMinutes.objects.visible_to(seat).get(meeting=meeting)


def stored_papers(meetings: Iterable[Meeting], seat: Seat) -> dict[int, ApprovedMinutes]:
    """The stored papers of meetings whose minutes are approved, by the meeting's key (one query; none for none)."""
    keys = [one.pk for one in meetings]
    rows = ApprovedMinutes.objects.visible_to(seat).filter(meeting__in=keys) if keys else ()
    return {row.meeting_id: row for row in rows}


def freeze(meeting: Meeting, seat: Seat) -> ApprovedMinutes:
    """Store the paper of minutes that are approved just now; the meeting's lock is held. Returns what was stored.

    The approver may read all of it. Whoever reads it later reads it whole: it is one paper for all who get the minutes.
    """
    text = canonical(compose(meeting, seat))
    stored = ApprovedMinutes(meeting=meeting, content=text, fingerprint=fingerprint(text))
    stored.full_clean()
    stored.save(force_insert=True)
    return stored


def _to_read(content: Content) -> Content:
    """As pages read it: days and hours as such, and beside what returned what nobody took up."""
    read: Content = _with_days(content)
    for item in read["items"]:
        item["not_reviewed"] = [one for one in item["returning"] if one["outcome"] is None]
        for decision in item["decisions"]:
            decision.setdefault("withdrawn", None)  # papers from before say nothing of it
    return read


def _with_days(value: Any, key: str = "") -> Any:
    """Days and hours back from their ISO form, by the ending of their names."""
    if isinstance(value, dict):
        return {name: _with_days(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_days(one) for one in value]
    if isinstance(value, str) and key.endswith("_on"):
        return datetime.date.fromisoformat(value)
    if isinstance(value, str) and key.endswith("_at"):
        return datetime.time.fromisoformat(value)
    return value


# --- composing ---


def compose(meeting: Meeting, seat: Seat) -> Content:
    """All that the minutes say, from the rows as they stand (ten queries)."""
    with translation.override(LANGUAGE):
        bodies = Body.objects.unscoped("the body of a meeting that came through the door")
        body = bodies.select_related("county", "act").get(pk=meeting.body_id)
        return {
            "schema": SCHEMA,
            "language": LANGUAGE,
            "county": {"code": body.county.code, "name": body.county.name, "seat": body.county.seat},
            "body": {
                "kind": body.kind,
                "name": body.get_kind_display(),
                "year": body.year,
                "act": str(body.act) if body.act else "",
            },
            "number": meeting.label,
            "meeting": {
                "code": str(meeting.code),
                "kind": {"code": meeting.kind.code, "name": str(meeting.kind)},
                "held_on": meeting.held_on.isoformat(),
                "starts_at": _hour(meeting.starts_at),
                "ends_at": _hour(meeting.ends_at),
                "place": meeting.place,
                "state": meeting.state,
                "predates_registry": meeting.predates_registry,
            },
            "attendance": _attendance(meeting, seat),
            "quorum": _quorum(meeting, seat),
            "items": _items(meeting, seat),
            "next_meeting": _next(meeting, seat),
            "approved": _approved(meeting),
        }


def _hour(hour: datetime.time | None) -> str | None:
    return hour.isoformat("minutes") if hour is not None else None


def named(institution: Institution) -> dict[str, str]:
    """An institution as a paper names it."""
    return {"code": institution.code, "name": institution.name, "short_name": institution.short_name}


def charge(lead: Institution, due_on: datetime.date | None, supporting: Iterable[Institution] = ()) -> Content:
    """Who is charged with a decision, with whom and until when: written down with the decision (`Decision.charged`)."""
    return {
        "lead": named(lead),
        "supporting": [named(one) for one in sorted(supporting, key=lambda one: one.sort_key) if one != lead],
        "due_on": due_on.isoformat() if due_on is not None else None,
    }


def _charged(decision: Decision) -> list[Content]:
    """As it was decided; decisions from before that was written down have their tasks."""
    return decision.charged or [charge(one.lead, one.due_on, one.supporting.all()) for one in decision.tasks.all()]


def _attendance(meeting: Meeting, seat: Seat) -> list[Content]:
    """The composition of that day with who was there; of older papers only who they name."""
    places = Membership.objects.unscoped("the composition of a meeting that came through the door")
    rows = places.filter(body=meeting.body_id).on(meeting.held_on).select_related("institution")
    members: dict[int, Membership] = {}
    for one in rows.order_by("-votes", "pk"):  # of two places the one that votes
        members.setdefault(one.institution_id, one)
    there = {
        one.institution_id: one
        for one in Attendance.objects.visible_to(seat).filter(meeting=meeting).select_related("institution")
    }
    found = []
    for key in members.keys() | there.keys():
        place, row = members.get(key), there.get(key)
        if row is None and meeting.predates_registry:
            continue
        institution = (row or place).institution  # type: ignore[union-attr]  # one of the two is there
        words: Content = {
            "institution": named(institution),
            "office": {"code": place.office, "name": place.get_office_display()} if place else None,
            "votes": row.votes if row is not None else bool(place and place.votes),
            "status": {"code": row.status, "name": row.get_status_display()} if row is not None else None,
            "substitute": row.office if row is not None else "",
        }
        found.append((institution.sort_key, words))
    return [words for _key, words in sorted(found, key=lambda one: one[0])]


def _quorum(meeting: Meeting, seat: Seat) -> Content:
    quorum = quorum_of(meeting, seat)
    return {
        "is_counted": quorum.is_counted,
        "voting": quorum.voting,
        "present": quorum.present,
        "needed": quorum.needed,
        "recorded": quorum.recorded,
        "is_reached": quorum.is_reached,
    }


def _items(meeting: Meeting, seat: Seat) -> list[Content]:
    decisions = Decision.objects.visible_to(seat).select_related("body").order_by("number").prefetch_related(_led(seat))
    rows = AgendaItem.objects.visible_to(seat).filter(meeting=meeting, withdrawn_at=None).select_related("rapporteur")
    rows = rows.prefetch_related(Prefetch("decisions", queryset=decisions))
    return [
        {
            "code": str(item.code),
            "position": item.position,
            "kind": item.kind,
            "title": item.words,
            "rapporteur": named(item.rapporteur) if item.rapporteur else None,
            "discussion": item.discussion,
            "is_done": item.is_done,
            "decisions": [
                {
                    "code": str(one.code),
                    "number": one.label,
                    "text": one.text,
                    "is_recommendation": one.is_recommendation,
                    "withdrawn": one.reason if one.is_withdrawn else None,
                    "charged": _charged(one),
                }
                for one in item.decisions.all()
            ],
            "returning": _returning(meeting, seat) if item.kind == AgendaItem.Kind.FOLLOW_UP else [],
        }
        for item in rows
    ]


def _led(seat: Seat) -> Prefetch[str]:
    helping = Prefetch("supporting", queryset=Institution.objects.visible_to(seat))
    rows = Task.objects.visible_to(seat).select_related("lead").prefetch_related(helping)
    return Prefetch("tasks", queryset=rows.order_by("pk"))


def _returning(meeting: Meeting, seat: Seat) -> list[Content]:
    """Every decision that stood on the agenda by itself, with what the meeting found on it, if it came to it."""
    found = {
        one.decision_id: {"code": one.outcome, "name": one.get_outcome_display(), "note": one.note}
        for one in Review.objects.visible_to(seat).filter(meeting=meeting)
    }
    rows = Decision.objects.visible_to(seat).stood_before(meeting).select_related("body", "item__meeting")
    return [
        {
            "code": str(one.code),
            "number": one.label,
            "taken_on": one.item.meeting.held_on.isoformat(),
            "text": one.text,
            "charged": _charged(one),
            "outcome": found.get(one.pk),
        }
        for one in rows.prefetch_related(_led(seat)).order_by("item__meeting__held_on", "pk")
    ]


def _next(meeting: Meeting, seat: Seat) -> Content | None:
    """The next meeting of the same body, if it is convened already."""
    rows = Meeting.objects.visible_to(seat).filter(
        body__kind=meeting.body.kind,
        body__county=meeting.body.county_id,
        held_on__gt=meeting.held_on,
        state__in=[Meeting.State.PLANNED, Meeting.State.OPEN],
    )
    found = rows.select_related("body").order_by("held_on", "starts_at", "pk").first()
    if found is None:
        return None
    return {
        "number": found.label,
        "held_on": found.held_on.isoformat(),
        "starts_at": _hour(found.starts_at),
        "place": found.place,
    }


def _approved(meeting: Meeting) -> Content | None:
    """When and by which office; the office is what the paper names, never who held it."""
    by = meeting.approved_by
    if by is None or meeting.approved_on is None:
        return None
    return {
        "approved_on": meeting.approved_on.isoformat(),
        "role": {"code": by.role, "name": by.get_role_display()},
        "institution": named(by.institution),
    }
