"""Verbs of messages: read, how often, at which address, sent again."""

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from krat.access.scoping import hold, settle
from krat.audit import trail
from krat.notify import addresses
from krat.notify.models import Mail, Mailbox, Notice
from krat.people.models import Seat, User

CADENCE = trail.event("mail.cadence", gettext_lazy("chose how often mails come"))
CONFIRMED = trail.event("mail.confirmed", gettext_lazy("confirmed the own e-mail address"))
AGAIN = trail.event("mail.again", gettext_lazy("had a mail sent again"))

VIEW, MANAGE = "notices.view", "mail.manage"


@transaction.atomic
def read_all(*, by: Seat) -> int:
    """Mark everything as read that this seat was told; returns how much it was (one statement)."""
    rows = Notice.objects.permitted(by, VIEW)
    return rows.filter(read_at=None).update(read_at=timezone.now())


@transaction.atomic
def read(notice: Notice, *, by: Seat) -> Notice:
    """Mark one notice as read; once more changes nothing."""
    notice = hold(notice)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        settle(notice, by=by, right=VIEW, changed=["read_at"])
    return notice


@transaction.atomic
def choose_cadence(user: User, cadence: str) -> Mailbox:
    """Have mails as often as this person wants them from now on; what is urgent comes in any case."""
    mine = addresses.mailbox_of(user)
    box = Mailbox.objects.select_for_update(no_key=True).get(pk=mine.pk)
    before, box.cadence = box.cadence, cadence
    box.full_clean()
    box.save(update_fields=["cadence"])
    trail.record(user, CADENCE, user, changes={"cadence": (before, cadence)})
    return box


def send_link(user: User, link: str) -> None:
    """Send the link that confirms an address, in fixed words (one mail)."""
    words = _("Open this link within seven days to confirm that mails of the KRAT registry reach you:\n\n%(link)s\n")
    send_mail(str(_("Confirm your address for the KRAT registry")), words % {"link": link}, None, [user.email])


@transaction.atomic
def confirm(user: User, link: str) -> Mailbox:
    """Confirm the address of whoever is signed in, by the link that was sent there; raises `ValidationError`."""
    if not addresses.fits(link, user):
        raise ValidationError(_("This link has ended, or it is not of your address. Ask for a new one."))
    mine = addresses.mailbox_of(user)
    box = Mailbox.objects.select_for_update(no_key=True).get(pk=mine.pk)
    if box.confirmed != user.email:
        box.confirmed = user.email
        box.full_clean()
        box.save(update_fields=["confirmed"])
        trail.record(user, CONFIRMED, user)
    return box


@transaction.atomic
def send_again(mail: Mail, *, by: Seat) -> Mail:
    """Take up a mail again that was given up; it keeps its number."""
    mail = hold(mail)
    if mail.state != Mail.State.DEAD:
        raise ValidationError(_("This mail was not given up; it goes its way."), code="state")
    mail.state, mail.next_at, mail.attempts = Mail.State.WAITING, timezone.now(), 0
    settle(mail, by=by, right=MANAGE, changed=["state", "next_at", "attempts"])
    trail.record(by, AGAIN, mail)
    return mail


@transaction.atomic
def send_all_again(*, by: Seat) -> int:
    """Take up every mail that was given up; returns how many there were (three statements for each)."""
    given_up = list(Mail.objects.permitted(by, MANAGE).filter(state=Mail.State.DEAD).order_by("pk"))
    for mail in given_up:
        send_again(mail, by=by)
    return len(given_up)
