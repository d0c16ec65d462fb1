"""Verbs of people: invited, seated, relieved."""

import datetime
import secrets

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access import areas, crypto
from krat.access.roles import Role
from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.committee.models import Institution
from krat.people.models import Invitation, Seat, User

INVITED = trail.event("people.invited", gettext_lazy("invited a person to a seat"))
WITHDRAWN = trail.event("people.invitation_withdrawn", gettext_lazy("withdrew an invitation"))
SEATED = trail.event("people.seated", gettext_lazy("took a seat by invitation"))
SEAT_ENDED = trail.event("people.seat_ended", gettext_lazy("ended a seat"))
SESSIONS_ENDED = trail.event("people.sessions_ended", gettext_lazy("ended a person's sessions"))

MANAGE = "people.manage"
GUARDS = {Role.ADMIN.value, Role.DATA_PROTECTION.value}
VALID_FOR = datetime.timedelta(days=7)


def token_hash(token: str) -> str:
    """What is stored of an invitation's link."""
    return crypto.keyed_hash(token.encode(), use="invitation")


@transaction.atomic
def invite(
    *,
    by: Seat,
    username: str,
    name: str,
    email: str,
    institution: Institution,
    role: str,
    starts_on: datetime.date,
    ends_on: datetime.date | None,
) -> tuple[Invitation, str]:
    """Invite a person to a seat; returns the invitation and the link's token, which nobody can read again."""
    token = secrets.token_urlsafe(32)
    if username == by.user.username or email.casefold() == by.user.email.casefold():
        raise ValidationError(_("Nobody gives themselves a seat. Ask another administrator."))
    taken = User.objects.filter(username=username).first()
    if taken is not None and (taken.name != name or taken.email != email):
        raise ValidationError({"username": _("This user name belongs to somebody else. Choose another one.")})
    invitation = Invitation(
        token_hash=token_hash(token),
        username=username,
        name=name,
        email=email,
        institution=institution,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        invited_by=by,
        expires_at=timezone.now() + VALID_FOR,
    )
    settle(invitation, by=by, right=MANAGE)
    trail.record(by, INVITED, invitation)
    return invitation, token


def send_invitation(email: str, link: str) -> None:
    """Send the link in fixed words (one mail): no name, no role, no institution."""
    send_mail(
        str(_("Invitation to the KRAT registry")),
        _("You are invited to the KRAT registry. Open this link within seven days and choose a password:\n\n%(link)s\n")
        % {"link": link},
        None,
        [email],
    )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Seat) -> None:
    """Withdraw an invitation: its link ends at once."""
    invitation = hold(invitation)
    if not invitation.is_open:
        raise ValidationError(_("This invitation is no longer open."))
    invitation.withdrawn_at = timezone.now()
    settle(invitation, by=by, right=MANAGE)
    trail.record(by, WITHDRAWN, invitation)


@transaction.atomic
def accept(invitation: Invitation, *, password: str) -> User:
    """Take the seat one was invited to: make the account if there is none, and set the password."""
    invitation = hold(invitation)
    if not invitation.is_open:
        raise ValidationError(_("This invitation is no longer open. Ask for a new one."))
    # Held: two invitations taken up at once must not join seats that stand apart.
    user = User.objects.select_for_update(of=("self",), no_key=True).filter(username=invitation.username).first()
    if user is None:
        user = User(username=invitation.username, name=invitation.name, email=invitation.email)
        _check_password(password, user)
        user.set_password(password)
        user.full_clean()
        user.save()
    elif not user.check_password(password):
        raise ValidationError({"password": _("You already have an account: type the password you use there.")})
    seat = Seat(
        user=user,
        institution=invitation.institution,
        role=invitation.role,
        starts_on=invitation.starts_on,
        ends_on=invitation.ends_on,
    )
    _keep_guards_apart(user, invitation.role)
    seat.full_clean()
    seat.save()
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    trail.record(seat, SEATED, seat)
    return user


def _keep_guards_apart(user: User, role: str) -> None:
    """Whoever guards accounts or the trail holds no other seat: they would watch over themselves (promise 12)."""
    open_seats = Seat.objects.unscoped("the person's own seats, before one more is taken").filter(user=user).active()
    held = set(open_seats.values_list("role", flat=True))
    if held and (role in GUARDS or held & GUARDS):
        raise ValidationError(_("A seat that guards accounts or the trail is not joined with another seat."))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise ValidationError({"password": weak.messages}) from weak


@transaction.atomic
def end_seat(seat: Seat, *, by: Seat) -> Seat:
    """End a seat now; the next request made through it finds nothing. Nobody ends their own.

    What it led ends with it in every area: places in teams, referrals an officer had accepted. Row locks on these
    first, then on the seat.
    """
    for area in areas.modules("handover"):
        area.seat_ends(seat, by=by)
    seat = hold(seat)
    if seat.user_id == by.user_id:  # the person, in whatever seat
        raise ValidationError(_("Nobody ends their own seat. Ask another administrator."))
    if seat.ended_at is not None:
        raise ValidationError(_("This seat has already ended."))
    seat.ended_at = timezone.now()
    settle(seat, by=by, right=MANAGE)
    trail.record(by, SEAT_ENDED, seat)
    return seat


@transaction.atomic
def end_sessions(user: User, *, by: Seat | User, but: str | None = None) -> int:
    """End every session of a person, everywhere, but the one with this key; returns how many there were."""
    mine = list(UserSession.objects.filter(user=user).exclude(session_key=but))
    for session in mine:
        session.end()
    trail.record(by, SESSIONS_ENDED, user)
    return len(mine)


@transaction.atomic
def end_own_session(session: UserSession, *, by: User) -> None:
    """End one of one's own sessions, on another device."""
    session.end()
    trail.record(by, SESSIONS_ENDED, by)
