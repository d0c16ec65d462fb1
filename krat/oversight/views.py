"""Who reads unusually, for the data protection officer."""

from typing import Any

from django.http import HttpResponse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access.views import needs
from krat.oversight import reading
from krat.oversight.reading import Day, Reader
from krat.people.requests import SignedIn
from krat.ui.rendering import render_page


@needs("reading.view", methods=("GET",))
def unusual(request: SignedIn) -> HttpResponse:
    """Persons who opened far more files than usual, at odd hours, or outside their team; by the thresholds of today."""
    limit = reading.limits()
    readers = reading.unusual(request.seat, limit)
    context = {
        "readers": [_line(one) for one in readers],
        "days": limit.days,
        "since": reading.since(limit, timezone.localdate()),
        "thresholds": [(_within(str(one)), one.in_words) for one in reading.thresholds()],
    }
    return render_page(request, "oversight/unusual.html", context)


def _line(reader: Reader) -> dict[str, Any]:
    return {
        "seat": reader.seat,
        "files": reader.files,
        "much": [_much(one) for one in reader.days],
        "at_night": ngettext(
            "%(files)s file outside working hours", "%(files)s files outside working hours", reader.at_night
        )
        % {"files": reader.at_night}
        if reader.at_night
        else "",
        "outside": ngettext(
            "%(files)s file outside the own team", "%(files)s files outside the own team", reader.outside
        )
        % {"files": reader.outside}
        if reader.outside
        else "",
    }


def _within(name: str) -> str:
    """The name of a threshold without what all of these begin with."""
    return (name.partition(": ")[2] or name).capitalize()


def _much(day: Day) -> str:
    words = {"day": formats.date_format(day.on, "SHORT_DATE_FORMAT"), "files": day.files}
    said = ngettext("%(day)s: %(files)s file", "%(day)s: %(files)s files", day.files) % words
    usual = [
        *([_("usually %(files)s a day") % {"files": _number(day.own)}] if day.own is not None else []),
        *([_("others in the same role %(files)s") % {"files": _number(day.peers)}] if day.peers is not None else []),
    ]
    return f"{said} ({', '.join(usual)})" if usual else said


def _number(usual: float) -> str:
    return formats.number_format(usual, 0 if usual == int(usual) else 1)
