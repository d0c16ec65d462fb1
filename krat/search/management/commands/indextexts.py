"""``manage.py indextexts``: what was written in bulk, indexed at once instead of by whoever searches next."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from krat.search import index, triggers
from krat.search.models import Indexed


class Command(BaseCommand):
    """Indexes what was written; with ``--all`` everything anew."""

    help = "Index the committee's texts that were written since the last search. --all: everything anew."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["everything"]:
            triggers.name_everything(connection)
        index.catch_up_with_all()
        self.stdout.write(f"{Indexed.objects.count()} texts are indexed.")
