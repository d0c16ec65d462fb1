"""``manage.py makebackupkey PATH``: the secret key that opens backups, and the recipient to write them for."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from krat.operations import envelope


class Command(BaseCommand):
    """Make a pair."""

    help = "Write a new secret key with mode 0600 and print its recipient. Keep it away from the registry's machine."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            recipient = envelope.new_identity(path)
        except FileExistsError as mistake:
            raise CommandError("This file is there already; keys are never overwritten.") from mistake
        self.stdout.write(recipient)
