"""Dataclasses in which the invented year of a county is written down."""

from dataclasses import dataclass, field

# When something happens: a month and day of the year of the papers, or so many days from today (minus: before it).
When = tuple[int, int] | int


@dataclass(frozen=True)
class Move:
    """A step of a task: when, by whom, to which state (or ``"progress"`` for a report on the way), in which words."""

    on: When
    by: str
    to: str
    note: str = ""


@dataclass(frozen=True)
class Duty:
    """A decision that charges institutions, or a task of the plan: who, until when, and what became of it."""

    text: str
    leads: tuple[str, ...] = ()
    due: When = 0
    supporting: tuple[str, ...] = ()
    measure: str = ""
    moves: dict[str, tuple[Move, ...]] = field(default_factory=dict)  # by lead


@dataclass(frozen=True)
class Point:
    """A point of an agenda with what was said on it and what was decided."""

    title: str
    said: str = ""
    rapporteur: str = ""
    decisions: tuple[Duty, ...] = ()


@dataclass(frozen=True)
class Sitting:
    """A meeting that was held: its points, who was not simply present, what was said when old decisions returned."""

    points: tuple[Point, ...]
    other_than_present: dict[str, str] = field(default_factory=dict)
    follow_up: str = ""
    going_on: str = ""  # the note on every decision that returned and goes on
    remark: tuple[str, str] | None = None  # by whom, in which words


@dataclass(frozen=True)
class MeasureRow:
    """A measure of the plan and what was reported on it. ``due`` None: ongoing all year."""

    number: str
    title: str
    lead: str
    supporting: tuple[str, ...]
    due: tuple[int, int] | None
    indicator: str
    baseline: int
    target: int
    means: str
    resource: str
    for_children: bool
    state: str = "planned"
    actual: int | None = None
    note: str = ""


@dataclass(frozen=True)
class ObjectiveRow:
    """An objective of the plan with its measures."""

    number: str
    pillar: str
    title: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True)
class Event:
    """An activity: when, what, for whom, where, by whom; how many it reached comes from the seed."""

    on: When
    title: str
    kind: str
    audience: str
    municipality: str
    place: str
    organiser: str
    by: str
    measure: str = ""
    is_cancelled: bool = False
    summary: str = ""
    reached: tuple[int, int] | None = None  # women and men, where a measure counts them


@dataclass(frozen=True)
class Year:
    """A county's year: its members, its plan, its meetings, its activities."""

    county: str
    name: str
    hall: str
    members: tuple[str, ...]
    guests: tuple[str, ...]
    reporters: dict[str, str]  # institution: the account that reports for it
    objectives: tuple[ObjectiveRow, ...]
    plan_tasks: tuple[Duty, ...]
    spring: Sitting
    table: Sitting
    planned: tuple[Point, ...]
    coming_table: tuple[Point, ...]
    activities: tuple[Event, ...]
