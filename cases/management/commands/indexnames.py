"""``manage.py indexnames``: the index by which names are found, made anew after its rules have changed."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.actions.name_index import index_anew


class Command(BaseCommand):
    """Indexes what was indexed by former rules; ``migrate`` does the same, where it can read the keys."""

    help = "Index the names of cases anew where they were indexed by former rules. Needs the key file."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_anew()} names were indexed anew.")
