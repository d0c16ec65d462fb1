"""What of meetings can be searched: decisions, the minutes item by item, meetings."""

from typing import Any

from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from krat.ui.searching import Hit, Kind
from meetings.models import AgendaItem, Decision, Meeting


def _day(meeting: Meeting) -> str:
    return formats.date_format(meeting.held_on, "SHORT_DATE_FORMAT")


def _decision_told(decision: Decision) -> Hit:
    stands = pgettext("decision", "open") if decision.is_open else pgettext("decision", "closed")
    if decision.is_withdrawn:
        stands = pgettext("decision", "withdrawn")
    return Hit(
        title=_("Decision %(number)s") % {"number": decision.label},
        url=reverse("meetings:decision", kwargs={"code": decision.code}),
        about=(_day(decision.item.meeting), stands),
        texts=(decision.text,),
    )


def _item_told(item: AgendaItem) -> Hit:
    meeting = item.meeting
    return Hit(
        title=item.words,
        url=f"{reverse('meetings:detail', kwargs={'code': meeting.code})}#{item.code}",
        about=(str(meeting), _day(meeting)),
        texts=(item.discussion,),
    )


def _meeting_words(meeting: Meeting) -> tuple[str, ...]:
    """The day is found as people write it, and in the words of the language in which minutes are written."""
    with translation.override("sq"):
        in_words = formats.date_format(meeting.held_on, "DATE_FORMAT")
    return (meeting.label, f"{meeting.held_on:%d.%m.%Y}", in_words, meeting.kind.name_sq, meeting.place)


def _meeting_told(meeting: Meeting) -> Hit:
    return Hit(
        title=str(meeting),
        url=reverse("meetings:detail", kwargs={"code": meeting.code}),
        about=(_day(meeting), str(meeting.kind), meeting.get_state_display()),
        texts=(meeting.place,),
    )


def _of_decisions(rows: Any) -> Any:
    return rows.select_related("item__meeting__body", "body")


def _of_items(rows: Any) -> Any:
    return rows.filter(withdrawn_at=None).select_related("meeting__body")


def _of_meetings(rows: Any) -> Any:
    return rows.select_related("body", "kind")


KINDS = [
    Kind(
        "decision",
        gettext_lazy("Decisions"),
        10,
        Decision,
        ("body_id", "year", "number", "text"),
        _of_decisions,
        lambda decision: (decision.label, decision.text),
        _decision_told,
    ),
    Kind(
        "item",
        pgettext_lazy("kind of text", "Minutes"),
        30,
        AgendaItem,
        ("title", "discussion", "withdrawn_at"),
        _of_items,
        lambda item: ("", item.title, item.discussion),
        _item_told,
    ),
    Kind(
        "meeting",
        gettext_lazy("Meetings"),
        40,
        Meeting,
        ("body_id", "year", "number", "held_on", "kind_id", "place"),
        _of_meetings,
        _meeting_words,
        _meeting_told,
    ),
]
