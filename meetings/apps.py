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
