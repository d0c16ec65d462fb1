"""Which addresses are known to reach their persons: mails end there and nowhere else.

An address is confirmed by the invitation that reached it (in service its link goes there alone), or by a link that was
sent to it and opened by the person who is signed in.
"""

from __future__ import annotations

from django.core import signing
from django.db import models
from django.db.models import F

from krat.access.roles import Role
from krat.notify.models import Mailbox
from krat.people.models import Invitation, Seat, SeatQuerySet, User

VALID_FOR = 7 * 24 * 3600  # seconds
_SALT = "krat.notify.address"


def mailbox_of(user: User) -> Mailbox:
    """A person's mailbox, made where there is none yet (two queries at most, and an insert)."""
    found = Mailbox.objects.filter(user=user).first()
    if found is None:
        Mailbox.objects.bulk_create([_new(user, _invited())], ignore_conflicts=True)
        found = Mailbox.objects.get(user=user)
    return found


def open_mailboxes() -> None:
    """Make a mailbox for everybody who sits somewhere and has none yet (one query where nobody is new)."""
    new = list(people().exclude(pk__in=Mailbox.objects.values("user_id")))
    if new:
        invited = _invited()
        Mailbox.objects.bulk_create([_new(user, invited) for user in new], ignore_conflicts=True)


def people() -> models.QuerySet[User]:
    """Everybody who may sign in and has a seat in force; no machine."""
    seats = of_people(Seat.objects.unscoped("who sits anywhere: whom mails are for"))
    return User.objects.filter(is_active=True, pk__in=seats.values("user_id"))


def of_people(seats: SeatQuerySet) -> SeatQuerySet:
    """Of these seats those in force of people who may sign in; no machine's."""
    return seats.active().filter(user__is_active=True).exclude(role=Role.SYSTEM)


def reachable() -> models.QuerySet[Mailbox]:
    """The mailboxes whose address is confirmed."""
    return Mailbox.objects.exclude(confirmed="").filter(confirmed=F("user__email"), user__is_active=True)


def unconfirmed() -> list[User]:
    """Everybody with a seat whose address nobody has confirmed, by name (two queries): no mail reaches them."""
    invited = _invited()
    without = people().exclude(pk__in=reachable().values("user_id")).order_by("name", "pk")
    fresh = set(Mailbox.objects.values_list("user_id", flat=True)) if invited else set()
    return [one for one in without if one.pk in fresh or (one.username, one.email) not in invited]


def _new(user: User, invited: set[tuple[str, str]]) -> Mailbox:
    return Mailbox(user=user, confirmed=user.email if (user.username, user.email) in invited else "")


def _invited() -> set[tuple[str, str]]:
    rows = Invitation.objects.unscoped("which addresses an invitation has reached")
    return set(rows.exclude(accepted_at=None).values_list("username", "email"))


def token(user: User) -> str:
    """What the link holds: whose address it confirms, sealed; it fits no other person and no other address."""
    return signing.dumps([str(user.code), user.email], salt=_SALT)


def fits(link: str, user: User) -> bool:
    """Whether a link confirms this person's address as it stands, within seven days."""
    try:
        return bool(signing.loads(link, salt=_SALT, max_age=VALID_FOR) == [str(user.code), user.email])
    except signing.BadSignature:
        return False
