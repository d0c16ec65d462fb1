"""Verbs of attendance: who is at the table, by institution."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.identity_guard import refuse_personal
from krat.committee.models import Institution
from krat.people.models import Seat
from meetings.actions.held import FILE, hold_meeting, rewritten
from meetings.models import Attendance, Decision, Meeting
from meetings.quorum import Quorum, quorum_of, voting_places

ATTENDANCE = trail.event("meeting.attendance", gettext_lazy("recorded who was at the table"))
STANDING = trail.event(
    "decision.standing", gettext_lazy("worked out anew whether a decision is one or a recommendation")
)


@transaction.atomic
def record_attendance(
    meeting: Meeting,
    *,
    by: Seat,
    status: Mapping[Institution, str],
    offices: Mapping[Institution, str] | None = None,
    based_on: Mapping[int, str] | None = None,
) -> Quorum:
    """Record who is at the table, by institution. An empty status takes back what was recorded.

    ``offices`` says in which office a substitute came. ``based_on`` is what the writer saw, by institution id: where
    somebody recorded something else meanwhile, nothing is overwritten and the sentence says what stands. Whether the
    meeting had its quorum, and what its decisions are, follows at once. One lock on the meeting, then on its decisions.
    """
    offices = offices or {}
    refuse_personal({f"office-{one.pk}": words for one, words in offices.items()})
    meeting = hold_meeting(meeting)
    if not meeting.was_held and meeting.state != Meeting.State.PLANNED:
        raise ValidationError(_("This meeting was called off; nobody sat at its table."))
    voting = voting_places(meeting)
    rows = {row.institution_id: row for row in Attendance.objects.permitted(by, FILE).filter(meeting=meeting)}
    if based_on is not None:
        _refuse_overwriting(rows, status, based_on)
    changes = {}
    for institution, value in status.items():
        row = rows.get(institution.pk) or Attendance(meeting=meeting, institution=institution)
        office = offices.get(institution, row.office) if value == Attendance.Status.SUBSTITUTE else ""
        if (row.status, row.office) == (value, office):
            continue
        changes[institution.code] = (_told(row.status, row.office), _told(value, office))
        if not value:
            Attendance.objects.permitted(by, FILE).filter(pk=row.pk).delete()
            continue
        row.status, row.office, row.votes = value, office, voting.get(institution.pk, False)
        settle(row, by=by, right=FILE)
    if changes:
        rewritten(meeting)
        trail.record(by, ATTENDANCE, meeting, changes=changes)
    return recount(meeting, by=by)


def _told(status: str, office: str) -> str | None:
    return f"{status}: {office}" if office else status or None


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


def recount(meeting: Meeting, *, by: Seat) -> Quorum:
    """Draw what follows from the attendance of a held meeting whose minutes are not approved.

    Who votes is as the act in force on the meeting's day says; a meeting that is over says whether it had its quorum;
    each of its decisions is one, or a recommendation. Locks the decisions that change.
    """
    voting = voting_places(meeting)
    for row in Attendance.objects.permitted(by, FILE).filter(meeting=meeting):
        if row.votes != voting.get(row.institution_id, False):
            row.votes = not row.votes
            settle(row, by=by, right=FILE)
    quorum = quorum_of(meeting, by)
    has_quorum = not quorum.makes_recommendations
    state = Meeting.State.HELD if has_quorum else Meeting.State.NO_QUORUM
    if meeting.state in (Meeting.State.HELD, Meeting.State.NO_QUORUM) and meeting.state != state:
        meeting.state = state
        settle(meeting, by=by, right=FILE)
    wrong = Decision.objects.permitted(by, FILE).filter(item__meeting=meeting, is_recommendation=has_quorum)
    for found in wrong.order_by("pk"):
        decision = hold(found)
        before, decision.is_recommendation = decision.is_recommendation, not has_quorum
        settle(decision, by=by, right=FILE)
        trail.record(by, STANDING, decision, changes={"is_recommendation": (before, decision.is_recommendation)})
    return quorum
