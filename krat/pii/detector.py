"""The guard of committee texts: it finds what is shaped like a private person's data.

It asks nobody who is registered. It judges the shape of the words alone, so its answer is the same for a
person the registry knows and for one it has never heard of. Every pattern is bounded, so the time grows with
the length of the text and no faster.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from krat.pii import names, numbers, public_names, short_names
from krat.pii import places as place_rules
from krat.pii.draft import Draft, Hit, Kind, what_is_known
from krat.pii.vocabulary import plain_character


@dataclass(frozen=True)
class Finding:
    """One stretch of the text, by its place only: the words themselves are never carried on."""

    kind: Kind
    sentence: int
    start: int
    end: int
    stops: bool


Rule = Callable[[Draft], Iterator[Hit]]

NAME_RULES: tuple[Rule, ...] = names.RULES
OTHER_RULES: tuple[Rule, ...] = (*short_names.RULES, *numbers.RULES, *place_rules.RULES)
RULES: tuple[Rule, ...] = (*NAME_RULES, *OTHER_RULES, names.first_names_alone)


def find_personal(
    text: str,
    *,
    allowed_names: Collection[str] = (),
    places: Collection[str] = (),
    institutions: Collection[str] = (),
    feasts: Collection[str] = (),
) -> list[Finding]:
    """Everything in the text that is shaped like a private person's data, in the order of the text."""
    known = what_is_known(frozenset(allowed_names), frozenset(places), frozenset(institutions), frozenset(feasts))
    draft = Draft(text, known)
    public_names.cover(draft)
    findings: dict[tuple[int, int], Finding] = {}
    for rule in RULES:
        for kind, start, end, stops in rule(draft):
            first, last = draft.origin[start], draft.origin[end - 1] + 1
            # Marks that cannot be seen are part of what is shown as found.
            while last < len(text) and not plain_character(text[last]):
                last += 1
            sentence = draft.sentence(start)
            findings.setdefault((first, last), Finding(kind, sentence, first, last, stops))
    return sorted(findings.values(), key=lambda finding: (finding.start, finding.end))


def message(findings: Sequence[Finding]) -> str:
    """One sentence that says where to look, and never what was found there."""
    stopping = sorted({finding.sentence for finding in findings if finding.stops})
    numbers = stopping or sorted({finding.sentence for finding in findings})
    if not numbers:
        return ""
    listed = ", ".join(map(str, numbers))
    if stopping:
        return ngettext(
            "Sentence %(numbers)s seems to carry the data of a private person: "
            "please write the card or the institution instead.",
            "Sentences %(numbers)s seem to carry the data of private persons: "
            "please write the card or the institution instead.",
            len(numbers),
        ) % {"numbers": listed}
    return ngettext(
        "Sentence %(numbers)s may call a private person by the first name: please read it again.",
        "Sentences %(numbers)s may call private persons by the first name: please read them again.",
        len(numbers),
    ) % {"numbers": listed}
