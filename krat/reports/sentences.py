"""The figures of a county in some six sentences: what the tables below tell, and nothing that they do not.

A sentence is made of told numbers alone (`krat.reports.protection`): a rounded one is "about" so many, a small one
"fewer than 5", and one that is not told is left out with its part of the sentence.
"""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import Referral, Signal
from krat.reports.protection import Told
from krat.reports.queries import Days, Population, Row


def _many(row: Row) -> str:
    """How many, in words; with the reader's own beside the others'. Empty where nothing is told."""
    words = _count(row.told)
    if words and row.own:
        return _("%(others)s of others and %(own)s of yours") % {"others": words, "own": row.own}
    return words or (_("%(own)s of yours") % {"own": row.own} if row.own else "")


def _count(told: Told) -> str:
    if told.value is not None:
        return _("about %(count)s") % {"count": told.value}
    return _("fewer than %(limit)s") % {"limit": settings.KRAT_SMALL_CELL} if told.is_few else ""


def _row(population: Population, table: str, at: int) -> str:
    return _many(population.table(table).rows[at])


def _with(sentence: str, addition: str, words: str) -> str:
    """A sentence with its addition, where that has a number; both end with a full stop."""
    return f"{sentence} {addition % {'count': words}}" if words else sentence


def of_cases(open_cases: Population) -> list[str]:
    """How many are open now, and how many of them late."""
    sentence = _("Open cases now: %(count)s.") % {"count": _many(open_cases.total)}
    return [_with(sentence, _("Late: %(count)s."), _row(open_cases, "late", 1))]


def of_the_year(quarters: Sequence[Population], signals: Population, referrals: Population, year: int) -> list[str]:
    """What came in and went out in a year, beside the year before."""
    signalled, signalled_before, closed, closed_before = (_many(one.total) for one in quarters)
    years = {"year": year, "before": year - 1}
    return [
        _("Cases signalled in %(year)s: %(count)s; in %(before)s: %(count_before)s.")
        % (years | {"count": signalled, "count_before": signalled_before}),
        _("Cases closed in %(year)s: %(count)s; in %(before)s: %(count_before)s.")
        % (years | {"count": closed, "count_before": closed_before}),
        _with(
            _("Signals sent in %(year)s: %(count)s.") % {"year": year, "count": _many(signals.total)},
            _("Not answered yet: %(count)s."),
            _row(signals, "state", list(Signal.State).index(Signal.State.SENT)),
        ),
        _with(
            _("Referrals sent in %(year)s: %(count)s.") % {"year": year, "count": _many(referrals.total)},
            _("Not answered yet: %(count)s."),
            _row(referrals, "state", list(Referral.State).index(Referral.State.SENT)),
        ),
    ]


def of_cards(by_institution: Sequence[Days]) -> list[str]:
    """How many cards are open, and for whom they wait longest; exact, as the cards themselves are seen."""
    waiting = [one for one in by_institution if one.open]
    if not waiting:
        return [_("No card is open.")]
    longest = max(waiting, key=lambda one: one.median or 0)
    return [
        _("Open cards: %(count)s. Most wait for %(institution)s.")
        % {"count": sum(one.open for one in waiting), "institution": waiting[0].label},
        _("%(institution)s takes longest: %(days)s days in the middle.")
        % {"institution": longest.label, "days": f"{longest.median or 0:g}"},
    ]
