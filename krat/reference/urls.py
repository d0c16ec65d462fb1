"""Addresses of the settings."""

import datetime

from django.urls import path, register_converter

from krat.reference import views


class DayConverter:
    """A day in an address: 2026-11-28."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> datetime.date:
        """The day, or `ValueError`, which the router answers with 404."""
        return datetime.date.fromisoformat(value)

    def to_url(self, value: datetime.date) -> str:
        """The day as it stands in the address."""
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "reference"
urlpatterns = [
    path("settings/", views.lists, name="lists"),
    path("settings/lists/<slug:kind>/", views.term_list, name="terms"),
    path("settings/lists/<slug:kind>/new/", views.term_edit, name="term_add"),
    path("settings/lists/<slug:kind>/<slug:term>/", views.term_edit, name="term_edit"),
    path("settings/deadlines/<slug:deadline>/", views.deadline_edit, name="deadline_edit"),
    path("settings/thresholds/<slug:threshold>/", views.threshold_edit, name="threshold_edit"),
    path("settings/holidays/new/", views.holiday_add, name="holiday_add"),
    path("settings/holidays/<day:day>/remove/", views.holiday_remove, name="holiday_remove"),
]
