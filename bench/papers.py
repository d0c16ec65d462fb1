"""As many decisions and tasks as are asked for, half of each, for the search in the head of every page.

They stand in the other county of the invented world, so that the first pages that are measured do not show them.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

COUNTY, WHO = "AL-05", "koordinator.gjirokaster"
_TITLE = "Provë e kërkimit"  # by which what is there already is known
_A_YEAR = 20_000  # decisions: more than a number holds are those of another year
# Words of such texts; each is rarer than the one before, as words are.
_WORDS = """
    të dhe në për institucioni bashkia raporti fëmijët shkolla takim njësia komiteti tryeza mbrojtjes shërbimeve policia
    mësuesve trajnim lista qark afati masa plani viktimave trafikimi strehim ndihma ekonomike prindërve udhëzim
    koordinator drejtoria shëndetësore arsimore sociale njoftim bashkëpunim protokoll referim vlerësim nevojave
    ndërgjegjësim fletëpalosje kalendar tetor kufiri dokumentacion regjistrim përkthyes transport banimi psikolog
    fondacion buxheti ankesë hulumtim gazetarë turizmi hotelier inspektim punësim kualifikim reintegrim kujdestaria
""".split()


def fill(many: int, seed: int) -> None:
    """Add them where they are not there yet, and index what they say."""
    from django.db import transaction

    from krat.committee.models import Body, Institution
    from krat.demo import make
    from krat.plan.models import Task
    from krat.search import index
    from meetings.models import AgendaItem, Decision

    why = "the benchmark fills what it searches"
    if AgendaItem.objects.unscoped(why).filter(title=_TITLE).exists():
        return
    dice = random.Random(seed)  # noqa: S311  # the same texts every time
    leads = list(Institution.objects.unscoped(why).filter(county__code=COUNTY).order_by("pk"))
    with transaction.atomic():
        body = Body.objects.unscoped(why).filter(county__code=COUNTY).select_related("county").order_by("-year")[0]
        meeting = make.meeting(body, number=900, state="held", held_on=make.in_days(-40))
        item = make.item(meeting, title=_TITLE)
        decisions = (
            Decision(
                item=item,
                body=body,
                year=2060 + at // _A_YEAR,
                number=1 + at % _A_YEAR,
                text=sentence(dice),
            )
            for at in range(many // 2)
        )
        tasks = (
            Task(
                county=body.county,
                origin=Task.Origin.MEETING,
                source=f"KRAT {1 + at % _A_YEAR}/{2060 + at // _A_YEAR}",
                title=sentence(dice, 8),
                details=sentence(dice),
                lead=dice.choice(leads),
                given_on=make.in_days(-30),
                due_on=make.in_days(at % 90),
            )
            for at in range(many // 2)
        )
        for rows, model in ((decisions, Decision), (tasks, Task)):
            while batch := list(itertools.islice(rows, 2000)):
                model.objects.bulk_create(batch)
    index.catch_up_with_all()


def sentence(dice: random.Random, words: int = 18) -> str:
    """A sentence of these words, frequent ones more often."""
    ranks = range(1, len(_WORDS) + 1)
    found = dice.choices(_WORDS, weights=[1 / rank for rank in ranks], k=words)
    return f"{' '.join(found).capitalize()}."


def beginnings(seed: int) -> list[str]:
    """What people type: the beginning of a word, or of two; not of those that stand in every text."""
    dice = random.Random(seed)  # noqa: S311
    words: list[Any] = [word for word in _WORDS[8:] if len(word) > 4 and word.isascii()]
    return [" ".join(word[:5] for word in dice.sample(words, 1 + at % 2)) for at in range(200)]
