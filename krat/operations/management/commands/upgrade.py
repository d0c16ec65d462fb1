"""``manage.py upgrade``: the database of the former release becomes that of this one, with a copy made before."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from krat.operations import upgrade
from krat.operations.envelope import Unusable


class Command(BaseCommand):
    """Copy, migrate, examine."""

    help = "Make a copy, migrate, and let the registry examine itself. Stop serving first."
    requires_system_checks: list[str] = []  # they look at tables that are not there yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--copy", type=Path, metavar="TARGET", help="a folder, or a new file, for the copy")
        parser.add_argument("--to", default="", help="the recipient of the copy; BACKUP_RECIPIENT otherwise")
        parser.add_argument("--no-copy", action="store_true", help="there is a copy of this hour already")
        parser.add_argument("--plan", action="store_true", help="only say which migrations would run")

    def handle(self, *args: Any, copy: Path | None, to: str, no_copy: bool, plan: bool, **options: Any) -> None:
        recipient = to or settings.BACKUP_RECIPIENT
        if not plan and (copy is None) != no_copy:
            raise CommandError("Name a folder for the copy with --copy, or say --no-copy where there is one already.")
        if copy is not None and not recipient:
            raise CommandError("For whom is the copy? Name the recipient with --to, or set BACKUP_RECIPIENT.")
        try:
            if plan:
                return self._list(upgrade.planned())
            report = upgrade.upgrade(copy, recipient)
        except (Unusable, OSError) as mistake:
            raise CommandError(f"Nothing was changed: {mistake}") from mistake
        self._list(report.migrations)
        way_back = f" The way back: the former release, and `restore {report.copy}`." if report.copy else ""
        if report.faults:
            raise CommandError("\n".join([f"Do not serve it.{way_back}", *report.faults]))
        self.stdout.write(f"The registry is content with itself.{way_back}")
        return None

    def _list(self, migrations: list[str]) -> None:
        self.stdout.write("\n".join(migrations) or "No migration is due.")
