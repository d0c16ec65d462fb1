"""What is measured, beside what, and what it should take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """One thing people or systems do.

    ``turn`` is the name of the side's method; ``about`` what it is told: a case, words, a record to send. ``beside`` is
    the yardstick's name, ``times`` how long it may take for what the yardstick takes, ``flat`` for what it takes with a
    tenth of the cases; ``statements`` how many it may ask, ``rate`` how many rows a second it must give.
    """

    name: str
    turn: str
    about: str = ""
    beside: str = ""
    times: float | None = None
    flat: float | None = None
    statements: int | None = None
    rate: int | None = None


WORKLOADS = (
    Workload("REST list of 50", "rest_list", beside="DRF", times=1.0, statements=6),
    Workload("REST case", "rest_case", "case", beside="DRF", times=1.3, statements=7),
    Workload("REST open", "rest_open", "new", beside="DRF", times=2.0, statements=25),
    Workload("REST PUT, a change", "rest_put", "record", beside="DRF", times=2.0, statements=14),
    Workload("200 PUT in a row", "rest_many", "records", beside="DRF", rate=170),
    Workload("cases, page of the list", "cases", beside="admin", times=0.5, statements=8),
    Workload("search of a beginning", "search", "words", beside="admin", times=0.5),
    Workload("search in the head", "papers", "papers", beside="one statement", times=3.0, statements=14),
    Workload("case, its page", "case", "case", beside="admin", times=0.5, statements=12),
    Workload("home of a unit's head", "home_head", flat=1.3, statements=10),
    Workload("figures of a unit", "figures", flat=1.5),
    Workload("home of the coordinator", "home_coordinator", flat=1.3, statements=12),
    Workload("home of the Prefect", "home_prefect", flat=1.3, statements=12),
)
