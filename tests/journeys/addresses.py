"""Prints the addresses of the journeys' server: for every route that is read, one in each state its object can have.

    DJANGO_SETTINGS_MODULE=tests.journeys.settings python -m tests.journeys.addresses

Runs beside the server, on its database: the tests themselves only see what a browser sees.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import django
from django.conf import settings
from django.urls import reverse


def addresses() -> Iterator[tuple[str, str, str]]:
    """The name of the route, the county of its object ("" where it has none), the address."""
    from cases.sharing import PURPOSES
    from krat.access.census import routes
    from tests.access.objects import address_of, model_of
    from tests.declaring import HERE, THERE

    for route in routes():
        if "GET" not in route.methods or route.pattern.startswith(("api/", "identity/")):
            continue
        model = model_of(route)
        if model is None:
            yield route.name, "", address_of(route)
            continue
        for county in (HERE, THERE):
            yield route.name, county, address_of(route, county)
        if route.name == "cases:refer":
            for purpose in PURPOSES:
                yield route.name, HERE, f"{address_of(route)}?purpose={purpose}"
        if route.name in _WITH_STATES:
            for row in _one_in_each_state(model, HERE):
                yield route.name, HERE, reverse(route.name, kwargs={"code": row.code})


# Pages that look different in each state of their object.
_WITH_STATES = {
    "meetings:detail",
    "meetings:minutes",
    "meetings:item",
    "plan:task",
    "cases:case",
    "cases:move",
    "cases:reopen",
    "cases:counselling",
    "cases:signal",
    "cases:signal_take",
    "cases:signal_reject",
    "cases:referral",
    "cases:referral_complete",
    "cases:referral_refuse",
    "cases:referral_withdraw",
    "cases:referral_part",
    "cases:obstacle_gone",
    "cases:obstacle_table",
    "cases:card",
}
_COUNTY = {
    "Meeting": "body__county__code",
    "AgendaItem": "meeting__body__county__code",
    "Task": "county__code",
    "Case": "municipality__county__code",
    "Signal": "receiver__county__code",
    "Referral": "receiver__county__code",
    "Obstacle": "waits_for__county__code",
    "Card": "county__code",
}
_STATE = {
    "Meeting": ("state", "minutes"),
    "AgendaItem": ("kind", "card__state", "meeting__state"),
    "Task": ("state",),
    "Case": ("stage", "kind"),
    "Signal": ("state", "is_urgent"),
    "Referral": ("purpose", "state"),
    "Obstacle": ("state", "card__state"),
    "Card": ("state",),
}


def _one_in_each_state(model: Any, county: str) -> list[Any]:
    rows = model.objects.unscoped("the journeys look at every state").filter(**{_COUNTY[model.__name__]: county})
    found = {row[:-1]: row[-1] for row in rows.order_by("pk").values_list(*_STATE[model.__name__], "pk")}
    return list(rows.filter(pk__in=found.values()))


if __name__ == "__main__":
    django.setup()
    assert settings.KRAT_DEMO, "addresses are only printed in the invented world"
    json.dump(list(dict.fromkeys(addresses())), sys.stdout)
