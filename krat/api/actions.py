"""Verbs of machine clients: made and ended."""

import secrets
from datetime import timedelta

from allauth.idp.oidc.models import Client, Token
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.roles import Role
from krat.access.scoping import hold, settle
from krat.api.models import ApiClient, IdempotentAnswer, Tally
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Seat, User

CREATED = trail.event("client.created", gettext_lazy("made a machine's client"))
ENDED = trail.event("client.ended", gettext_lazy("ended a machine's client"))

MANAGE = "clients.manage"
REMEMBERED_FOR = timedelta(days=1)


@transaction.atomic
def create(*, by: Seat | None, institution: Institution, name: str, may_write: bool) -> tuple[ApiClient, str]:
    """Make a client with a seat of its own; returns it and its secret, which nobody can read again.

    ``by`` is None at the server's own console: whoever may run commands there holds the keys anyway.
    """
    if institution.retired_on is not None:
        raise ValidationError(_("This institution is retired."))
    client = ApiClient(name=name, may_write=may_write)
    secret = secrets.token_urlsafe(32)
    known = Client(name=name, type=Client.Type.CONFIDENTIAL, redirect_uris="", response_types="")
    known.set_secret(secret)
    known.set_scopes(client.scopes)
    known.set_default_scopes(client.scopes)
    known.grant_types = Client.GrantType.CLIENT_CREDENTIALS
    client.client_id = known.pk
    client.seat = _seat_of_its_own(institution, name, known.pk)
    if by is not None:
        settle(client, by=by, right=MANAGE)
    else:
        client.full_clean()
        client.save()
    known.save(force_insert=True)
    trail.record(by, CREATED, client)
    return client, secret


def _seat_of_its_own(institution: Institution, name: str, client_id: str) -> Seat:
    user = User(username=f"system.{institution.code.lower()}.{client_id[:8]}", name=name)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    seat = Seat(user=user, institution=institution, role=Role.SYSTEM, starts_on=timezone.localdate())
    seat.full_clean()
    seat.save()
    return seat


@transaction.atomic
def end(client: ApiClient, *, by: Seat | None) -> ApiClient:
    """End a client with its seat and its tokens: the first request after it finds nothing."""
    client = hold(client)
    if client.ended_at is not None:
        raise ValidationError(_("This client has already ended."), code="state")
    client.ended_at = timezone.now()
    if by is not None:
        settle(client, by=by, right=MANAGE)
    else:
        client.full_clean()
        client.save()
    seat = hold(client.seat)
    if seat.ended_at is None:
        seat.ended_at = client.ended_at
        seat.save(update_fields=["ended_at"])
    Client.objects.filter(pk=client.client_id).delete()  # its tokens go with it
    trail.record(by, ENDED, client)
    return client


def forget_old() -> None:
    """Forget what cannot come again: expired tokens, remembered answers, old tallies (three deletes)."""
    limit = timezone.now() - REMEMBERED_FOR
    Token.objects.expired().delete()
    IdempotentAnswer.objects.filter(received_at__lt=limit).delete()
    Tally.objects.filter(counted_at__lt=limit).delete()
