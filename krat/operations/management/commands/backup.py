"""``manage.py backup TARGET``: the whole registry in one encrypted file, while people work."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from krat.operations import backup
from krat.operations.envelope import Unusable


class Command(BaseCommand):
    """Make a copy."""

    help = "Write database, files and head of the trail into one file that only the holder of the secret key can open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, help="a folder, or a new file")
        parser.add_argument("--to", default="", help="the recipient; BACKUP_RECIPIENT otherwise")
        parser.add_argument("--keep", type=int, default=0, help="of the copies in that folder leave the newest so many")

    def handle(self, *args: Any, target: Path, to: str, keep: int, **options: Any) -> None:
        recipient = to or settings.BACKUP_RECIPIENT
        if not recipient:
            raise CommandError("For whom? Name the recipient with --to, or set BACKUP_RECIPIENT.")
        if keep < 0 or (keep and not target.is_dir()):
            raise CommandError("--keep takes a number above 0, and a folder as the target.")
        backup.note()
        try:
            made = backup.make(target, recipient)
        except FileExistsError as mistake:
            raise CommandError("This file is there already; a copy is never overwritten.") from mistake
        except (Unusable, OSError) as mistake:
            raise CommandError(f"No copy was made: {mistake}") from mistake
        self.stdout.write(f"{made} ({made.stat().st_size} bytes)")
        if keep:
            for gone in backup.keep_newest(target, keep):
                self.stdout.write(f"taken away: {gone}")
