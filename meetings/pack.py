"""What whoever comes to a meeting should have read: invitation, minutes to approve, decisions, late tasks, cards."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Card
from krat.people.models import Seat
from krat.plan.models import Task
from meetings.models import AgendaItem, Meeting
from meetings.paper import Content, Paper, paper_of


@dataclass(frozen=True)
class Pack:
    """The papers of a meeting as one, as far as its reader's rights go."""

    paper: Paper  # invitation and agenda
    to_approve: list[Paper]  # minutes of earlier meetings of the body that were sent for remarks
    by_institution: list[tuple[str, list[Content]]]  # open decisions, under whoever is charged with them
    late: list[Task]
    cards: list[Card]


def pack_of(meeting: Meeting, seat: Seat) -> Pack:
    """The pack of a meeting that came through the door (13 queries, and ten for each paper that waits for approval)."""
    paper = paper_of(meeting, seat)
    earlier = Meeting.objects.visible_to(seat).filter(
        body__kind=meeting.body.kind, body__county=meeting.body.county_id, minutes=Meeting.Minutes.CIRCULATED
    )
    before = earlier.exclude(pk=meeting.pk).select_related("body__county", "kind").order_by("held_on", "pk")
    late = Task.objects.visible_to(seat).filter(county=meeting.body.county_id, body__kind=meeting.body.kind)
    asked = AgendaItem.objects.visible_to(seat).filter(meeting=meeting, withdrawn_at=None, card__isnull=False)
    return Pack(
        paper=paper,
        to_approve=[paper_of(one, seat) for one in before],
        by_institution=_by_institution(paper.content),
        late=list(late.overdue().for_list()),
        cards=list(Card.objects.visible_to(seat).filter(pk__in=asked.values("card")).for_list()),
    )


def _by_institution(content: Content) -> list[tuple[str, list[Content]]]:
    """The decisions that return, each under every institution that leads a task of it; in the agenda's order."""
    found: dict[str, list[Content]] = {}
    for item in content["items"]:
        for decision in item["returning"]:
            for one in decision["charged"] or [None]:
                name = one["lead"]["name"] if one else ""
                row = {"number": decision["number"], "text": decision["text"], "due_on": one and one["due_on"]}
                found.setdefault(name, []).append(row)
    return list(found.items())
