"""``manage.py counts check``: whether the kept counts are right; exit 0 when they are, 1 naming what is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from krat.counts import keeping, triggers

_NAMED = 20


class Command(BaseCommand):
    """Compare the kept counts with the rows, count anew, or put them together."""

    help = (
        "check: compare every kept count with the rows. recount: count everything anew."
        " fold: put the rows of each count together as one; reading the figures does so by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["check", "recount", "fold"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "recount":
            self.stdout.write(f"Counted anew: {keeping.recount()} cells.")
        elif options["what"] == "fold":
            self.stdout.write(f"Put together: {keeping.fold()} cells.")
        else:
            self._check()

    def _check(self) -> None:
        wrong = [*triggers.faults(connection), *(str(one) for one in keeping.differences())]
        if not wrong:
            self.stdout.write("Every kept count is right.")
            return
        for line in wrong[:_NAMED]:
            self.stderr.write(line)
        if len(wrong) > _NAMED:
            self.stderr.write(f"… and {len(wrong) - _NAMED} more.")
        self.stderr.write(
            "`manage.py migrate --skip-checks` makes missing triggers, `manage.py counts recount` mends the numbers."
        )
        sys.exit(1)
