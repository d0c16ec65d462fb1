"""What is counted of cases, signals, referrals and parts, as cells that the writes keep (decision 41).

A cell knows the municipality, and whose rows it counts: ``first`` the holder of the case or the sender of the signal,
``second`` the receiver. `krat.reports.queries` tells them, with the small numbers hidden.
"""

from cases.models.case import NEVER
from cases.models.stages import OF_VICTIMS, OVER, Risk
from krat.counts.declared import Counted, Dialect


def _among(values: tuple[str, ...]) -> str:
    return f"({', '.join(repr(str(value)) for value in values)})"


_OPEN = f"c.stage NOT IN {_among(OVER)}"
_VICTIM = f"c.victim_status IN {_among(OF_VICTIMS)}"


def _cases(dialect: Dialect, cases: str, _parents: str) -> list[str]:
    """Open cases by how they stand and until when; all cases by the quarter in which they came and were closed."""
    whose = f"c.municipality_id AS place_id, c.holder_id AS first, 0 AS second, {_VICTIM} AS is_victim"
    due = f"{_OPEN} AND c.due_at < {dialect.moment(f'{NEVER:%Y-%m-%d %H:%M:%S}')}"
    day = dialect.utc_day("c.due_at")
    now = [
        *((name, f"c.{name}", _OPEN) for name in ("stage", "risk", "kind", "victim_status")),
        ("unmanaged", "CAST(c.id AS varchar(20))", _OPEN),
        ("due", day, due),
        ("due_in_danger", day, f"{due} AND c.risk = '{Risk.IMMEDIATE.value}'"),
    ]
    return [
        *(
            f"SELECT '{series}' AS series, {whose}, 0 AS year, {word} AS word, 1 AS n FROM {cases} c WHERE {which}"
            for series, word, which in now
        ),
        *(
            f"SELECT '{series}' AS series, {whose}, {dialect.year(f'c.{on}')} AS year, {dialect.quarter(f'c.{on}')}"
            f" AS word, 1 AS n FROM {cases} c WHERE c.{on} IS NOT NULL"
            for series, on in (("signalled", "signalled_on"), ("closed", "closed_on"))
        ),
    ]


def _managers(_dialect: Dialect, places: str, cases: str) -> list[str]:
    """Of every open case that has a manager, one fewer of those without: what is left over has none."""
    return [
        "SELECT 'unmanaged' AS series, c.municipality_id AS place_id, c.holder_id AS first, 0 AS second,"
        f" {_VICTIM} AS is_victim, 0 AS year, CAST(c.id AS varchar(20)) AS word, -1 AS n"
        f" FROM {places} a JOIN {cases} c ON c.id = a.case_id WHERE {_OPEN} AND a.is_manager AND a.ended_at IS NULL"
    ]


def _signals(dialect: Dialect, signals: str, _parents: str) -> list[str]:
    """Signals by the year in which they were sent, and by how they stand."""
    return [
        "SELECT 'signals' AS series, s.municipality_id AS place_id, s.sender_id AS first, s.receiver_id AS second,"
        f" 1 = 0 AS is_victim, {dialect.year(dialect.day('s.sent_at'))} AS year, s.state AS word, 1 AS n"
        f" FROM {signals} s"
    ]


def _parts(series: str) -> Counted:
    """Parts of open cases, by their state."""

    def cells(_dialect: Dialect, parts: str, cases: str) -> list[str]:
        return [
            f"SELECT '{series}' AS series, c.municipality_id AS place_id, c.holder_id AS first, 0 AS second,"
            f" 1 = 0 AS is_victim, 0 AS year, p.state AS word, 1 AS n FROM {parts} p JOIN {cases} c ON c.id = p.case_id"
            f" WHERE {_OPEN}"
        ]

    table = {"school": "cases_schoolpart", "economic_aid": "cases_aidpart"}[series]
    return Counted(table, ("case_id", "state"), cells, parent="cases_case", of_parent=_MOVES)


def _referrals(dialect: Dialect, referrals: str, cases: str) -> list[str]:
    """Referrals by the year in which they were sent: by purpose, by state, and by days until the answer."""
    year = dialect.year(dialect.day("r.sent_at"))
    answered = "coalesce(r.accepted_at, r.ended_at)"
    words = [
        ("purpose", "r.purpose", "1 = 1"),
        ("referral_state", "r.state", "1 = 1"),
        (
            "answered",
            dialect.days_between("r.sent_at", answered),
            f"(r.accepted_at IS NOT NULL OR r.state = 'refused') AND {answered} IS NOT NULL",
        ),
    ]
    return [
        f"SELECT '{series}' AS series, c.municipality_id AS place_id, c.holder_id AS first, r.receiver_id AS second,"
        f" 1 = 0 AS is_victim, {year} AS year, {word} AS word, 1 AS n"
        f" FROM {referrals} r JOIN {cases} c ON c.id = r.case_id WHERE {which}"
        for series, word, which in words
    ]


_MOVES = ("municipality_id", "holder_id", "stage")

COUNTED = [
    Counted(
        "cases_case",
        (*_MOVES, "risk", "kind", "victim_status", "due_at", "signalled_on", "closed_on"),
        _cases,
        by_day=("due", "due_in_danger"),
    ),
    Counted(
        "cases_assignment",
        ("case_id", "is_manager", "ended_at"),
        _managers,
        parent="cases_case",
        of_parent=(*_MOVES, "victim_status"),
    ),
    Counted("cases_signal", ("municipality_id", "sender_id", "receiver_id", "sent_at", "state"), _signals),
    _parts("school"),
    _parts("economic_aid"),
    Counted(
        "cases_referral",
        ("case_id", "receiver_id", "purpose", "state", "sent_at", "accepted_at", "ended_at"),
        _referrals,
        parent="cases_case",
        of_parent=("municipality_id", "holder_id"),
    ),
]
