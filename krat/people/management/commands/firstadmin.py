"""``manage.py firstadmin``: the first administrator of a registry in service, who then invites everybody else."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from krat.access.roles import Role
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.actions import SEATED
from krat.people.models import Seat, User
from krat.reference.models import Term

_OFFICE = "AL-KOORD"


class Command(BaseCommand):
    """Seats the first administrator; the password is chosen by themselves, under a link that works once."""

    help = "Seat the first system administrator and print the path under which they choose their password, once."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="name and surname")
        parser.add_argument("--email", required=True, help="office e-mail")

    def handle(self, *args: Any, username: str, name: str, email: str, **options: Any) -> None:
        try:
            user = self._seat(username, name, email)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        path = reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
        )
        self.stdout.write(f"{username} is the first administrator. Open this path once and choose a password:")
        self.stdout.write(path)

    @transaction.atomic
    def _seat(self, username: str, name: str, email: str) -> User:
        if Seat.objects.unscoped("nobody can ask before the first seat").filter(role=Role.ADMIN).exists():
            raise CommandError("There is an administrator already; they invite the next one under /people/.")
        user = User(username=username, name=name, email=email)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        seat = Seat(user=user, institution=self._office(), role=Role.ADMIN, starts_on=timezone.localdate())
        seat.full_clean()
        seat.save()
        trail.record(seat, SEATED, seat)
        return user

    @staticmethod
    def _office() -> Institution:
        offices = Institution.objects.unscoped("nobody can ask before the first seat")
        office = offices.filter(code=_OFFICE).first()
        if office is None:
            office = Institution(
                code=_OFFICE,
                name="Zyra e Koordinatorit Kombëtar",
                short_name="Koordinatori Kombëtar",
                kind=Term.objects.get(list=Term.List.INSTITUTION, code="national_office"),
            )
            office.full_clean()
            office.save()
        return office
