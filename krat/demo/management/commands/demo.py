"""``manage.py demo``: fill an empty database with the invented world, and print its accounts."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from krat.access.models import Installation
from krat.audit import head
from krat.demo import many, world
from krat.people.models import Seat, User


class Command(BaseCommand):
    """Fills the invented world. Never where service data is."""

    help = "Fill an empty database with the invented world and print its accounts. Needs KRAT_DEMO=1."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="say nothing of a world that is there already")
        parser.add_argument("--cases", type=int, default=0, help="how many invented cases to add")
        parser.add_argument("--seed", type=int, default=world.SEED, help="the same seed makes the same world")

    def handle(self, *args: Any, if_empty: bool, cases: int, seed: int, **options: Any) -> None:
        if not settings.KRAT_DEMO:
            raise CommandError("This is service: the invented world is filled only where KRAT_DEMO=1.")
        with transaction.atomic():
            is_filled = self._is_filled()
            if not is_filled:
                head.begin(Installation.Kind.DEMO)
                world.fill(seed)
            if cases:
                self._add(cases, seed)
        if is_filled and not if_empty and not cases:
            self.stdout.write("The invented world is there already; nothing was changed.")
        self._print_accounts()

    def _add(self, cases: int, seed: int) -> None:
        if cases < 0:
            raise CommandError("A number of cases cannot be less than nothing. Nothing was changed.")
        if many.is_there(seed):
            raise CommandError(f"The cases of seed {seed} are there already: name another one with --seed.")
        many.add(cases, seed)
        self.stdout.write(f"{cases} invented cases were added.")

    def _is_filled(self) -> bool:
        """Whether the world is there; raises `CommandError` where anything else is."""
        place = Installation.objects.filter(pk=1).first()
        if place is not None and place.kind != Installation.Kind.DEMO:
            raise CommandError("This database holds service data. The invented world never comes near it.")
        has_people = User.objects.exists()
        if has_people and place is None:
            raise CommandError("There are accounts in this database and nobody said that they are invented.")
        return has_people

    def _print_accounts(self) -> None:
        seats = Seat.objects.unscoped("the accounts of the invented world are printed for everybody")
        for seat in seats.active().for_request().order_by("pk"):
            if not seat.user.has_usable_password():
                continue  # a system's, or one of the many workers of bulk cases
            self.stdout.write(f"  {seat.user.username:<26}{seat.get_role_display()}, {seat.institution.short_name}")
        self.stdout.write(f"The password of every account is {world.PASSWORD}")
