"""``manage.py audit verify``: checks the trail; exit 0 when whole, 1 naming the first bad row."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from krat.audit import sealer


class Command(BaseCommand):
    """Verify or seal the trail."""

    help = "verify: recompute every hash of the trail. seal: seal what is unsealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "seal":
            made = sealer.seal()
            self.stdout.write(f"Sealed up to entry {made.up_to}." if made else "Nothing to seal.")
            return
        verdict = sealer.verify()
        if not verdict.is_whole:
            self.stderr.write(f"The trail is not whole: {verdict.problem}, entry {verdict.bad_entry}.")
            sys.exit(1)
        self.stdout.write(f"The trail is whole: {verdict.sealed} entries sealed, {verdict.unsealed} of them just now.")
