"""``manage.py rights``: who may do what, printed from the tables; ``--routes`` prints every address with its right."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from krat.access import rights
from krat.access.census import routes
from krat.access.roles import Role


class Command(BaseCommand):
    """Print the tables of rights."""

    help = "Prints who may do what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--role", choices=Role.values, help="only this role")
        parser.add_argument("--routes", action="store_true", help="every address with the right it asks for")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["routes"]:
            for route in routes():
                asks = " · ".join(sorted(set(route.rights.values())) or route.open_because or ("unclassified",))
                self.stdout.write(f"/{route.pattern}\t{route.name}\t{asks}\t{' '.join(route.methods)}")
            return
        for right in rights.all_rights():
            wanted = [Role(options["role"])] if options["role"] else list(Role)
            reaches = {role: right.reaches[role] for role in wanted if role in right.reaches}
            if not reaches:
                continue
            self.stdout.write(f"{right.name}  –  {right.label}")
            for role, reach in reaches.items():
                self.stdout.write(f"    {role.value:16} {reach.label}")
