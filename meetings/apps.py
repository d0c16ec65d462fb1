"""Django app of meetings of the committee and of its technical table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    """What was said and decided."""

    name = "meetings"
    verbose_name = _("meetings")
    enum_names = {
        "MeetingState": "meetings.models.Meeting.State",
        "MinutesState": "meetings.models.Meeting.Minutes",
        "ItemKind": "meetings.models.AgendaItem.Kind",
        "AttendanceStatus": "meetings.models.Attendance.Status",
    }

    def ready(self) -> None:
        from krat.audit import triggers

        triggers.guard("meetings_approvedminutes", since=("meetings", "0010_approved_minutes_are_guarded"))
