"""``manage.py makekeys PATH``: a new file of field-encryption keys, readable by its owner alone."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from krat.access import crypto


class Command(BaseCommand):
    """Make a key file."""

    help = "Writes a new key file with mode 0600. Keep it outside the database and outside its backups."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            crypto.make_keys(options["path"])
        except FileExistsError as mistake:
            raise CommandError("This file is there already; keys are never overwritten.") from mistake
        self.stdout.write(f"Made {options['path']}.")
