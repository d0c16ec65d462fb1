"""Verbs of attendance: who is at the table, by institution."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import settle
from krat.audit import trail
from krat.committee.models import Institution, Membership
from krat.people.models import Seat
from meetings.actions.held import FILE, hold_meeting, rewritten
from meetings.models import Attendance, Meeting
from meetings.quorum import Quorum, quorum_of

ATTENDANCE = trail.event("meeting.attendance", gettext_lazy("recorded who was at the table"))


@transaction.atomic
def record_attendance(
    meeting: Meeting, *, by: Seat, status: Mapping[Institution, str], based_on: Mapping[int, str] | None = None
) -> Quorum:
    """Record who is at the table, by institution; those with no status are not recorded (yet).

    ``based_on`` is what the writer saw, by institution id: where somebody recorded something else meanwhile, nothing is
    overwritten and the sentence says what stands.
    """
    meeting = hold_meeting(meeting)
    places = Membership.objects.permitted(by, FILE).filter(body=meeting.body_id).on(meeting.held_on)
    voting = dict(places.values_list("institution_id", "votes"))
    rows = {row.institution_id: row for row in Attendance.objects.permitted(by, FILE).filter(meeting=meeting)}
    if based_on is not None:
        _refuse_overwriting(rows, status, based_on)
    for institution, value in status.items():
        row = rows.get(institution.pk) or Attendance(meeting=meeting, institution=institution)
        if row.status == value:
            continue
        row.status, row.votes = value, voting.get(institution.pk, False)
        settle(row, by=by, right=FILE)
    rewritten(meeting)
    trail.record(by, ATTENDANCE, meeting, fields=sorted(institution.code for institution in status))
    return quorum_of(meeting, by)


def _refuse_overwriting(
    rows: Mapping[int, Attendance], status: Mapping[Institution, str], based_on: Mapping[int, str]
) -> None:
    conflicts = {}
    for institution, value in status.items():
        stands = rows[institution.pk].status if institution.pk in rows else ""
        if stands not in (value, based_on.get(institution.pk, "")):
            words = Attendance.Status(stands).label if stands else _("not recorded")
            conflicts[f"institution-{institution.pk}"] = _("Meanwhile somebody recorded “%(words)s”.") % {
                "words": words
            }
    if conflicts:
        raise ValidationError(conflicts)
