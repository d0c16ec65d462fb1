"""``manage.py apiclient``: make, list and end the machines' clients."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from krat.api import actions
from krat.api.auth import client_known_as
from krat.api.models import ApiClient
from krat.committee.models import Institution


class Command(BaseCommand):
    """Make, list and end the machines' clients."""

    help = "Makes, lists and ends the clients of machines. A secret is printed once and cannot be read again."
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        create = verbs.add_parser("create", help="make a client of an institution and print its id and secret, once")
        create.add_argument("institution", metavar="INSTITUTION-CODE")
        create.add_argument("--name", required=True, help="which machine it is")
        create.add_argument("--write", action="store_true", help="it may also change things")
        verbs.add_parser("list", help="print every client")
        end = verbs.add_parser("end", help="end a client and its tokens, at once")
        end.add_argument("client_id", metavar="CLIENT_ID")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused

    def _create(self, institution: str, name: str, write: bool, **options: Any) -> None:
        office = Institution.objects.unscoped("the server's console makes clients").filter(code=institution).first()
        if office is None:
            raise CommandError(f"There is no institution {institution}.")
        client, secret = actions.create(by=None, institution=office, name=name, may_write=write)
        self.stdout.write(f"client_id={client.client_id} client_secret={secret}")

    def _list(self, **options: Any) -> None:
        clients = ApiClient.objects.unscoped("the server's console lists clients").with_seat().order_by("pk")
        for one in clients:
            stands = "active" if one.is_active else "ended"
            used = f"{one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
            scopes = " ".join(one.scopes)
            self.stdout.write(f"{one.client_id}  {one.seat.institution.code}  {stands}  {scopes}  {used}  {one.name}")

    def _end(self, client_id: str, **options: Any) -> None:
        client = client_known_as(client_id)
        if client is None:
            raise CommandError("There is no such client.")
        actions.end(client, by=None)
        self.stdout.write(f"{client_id} has ended; its tokens open nothing any more.")
