"""``manage.py restore FILE``: lay a copy into an empty registry, or only see whether it would come back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from krat.operations import restore
from krat.operations.envelope import Unusable


class Command(BaseCommand):
    """Bring a copy back."""

    help = "Restore a backup into the empty database of the settings; with --check into one that is thrown away."
    requires_system_checks: list[str] = []  # there is no database yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the secret key, made by makebackupkey")
        parser.add_argument("--check", action="store_true", help="in a database beside it, thrown away afterwards")
        parser.add_argument("--into", default="", help="with --check: the address of an empty database to use")

    def handle(self, *args: Any, file: Path, key: Path, check: bool, into: str, **options: Any) -> None:
        if into and not check:
            raise CommandError("--into goes with --check; a restore goes into the database of the settings.")
        try:
            report = restore.check(file, key, into) if check else restore.restore(file, key)
        except (Unusable, OSError) as mistake:
            raise CommandError(f"Not restored: {mistake}") from mistake
        self.stdout.write(f"The copy was made at {report.made_at}.")
        self.stdout.write(
            f"{report.tables} tables, {report.rows} rows, {report.entries} entries of the trail, {report.files} files."
        )
        if report.faults:
            raise CommandError("\n".join(["It is not whole:", *report.faults]))
        self.stdout.write("Every table holds the rows it held.")
        if report.older:
            self.stdout.write("An older release made it. Run `manage.py migrate`, then `manage.py audit verify`.")
        else:
            self.stdout.write("The triggers stand, and the trail is whole.")
        if not check:
            self.stdout.write("Whoever was signed in signs in again. See docs/operating.md for what to look at now.")
