"""``manage.py audit verify``: checks the trail; exit 0 when whole, 1 naming the first bad row."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from krat.audit import checkpoints


class Command(BaseCommand):
    """Verify the trail, or take a checkpoint."""

    help = "verify: recompute every hash of the trail. checkpoint: cover what no checkpoint covers yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "checkpoint"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "checkpoint":
            made = checkpoints.take()
            self.stdout.write(f"Checkpoint up to entry {made.up_to}." if made else "Nothing new to cover.")
            return
        verdict = checkpoints.verify()
        if not verdict.is_whole:
            where = "".join(
                f", {kind} {number}"
                for kind, number in (("entry", verdict.bad_entry), ("version", verdict.bad_version))
                if number is not None
            )
            self.stderr.write(f"The trail is not whole: {verdict.problem}{where}.")
            sys.exit(1)
        covered = f"{verdict.covered} entries under checkpoints, {verdict.covered_now} of them since just now"
        self.stdout.write(f"The trail is whole: {covered}.")
