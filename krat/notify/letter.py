"""The one mail there is: that something waits, until when, and where the registry is (decision 35).

No name, no code, no institution, no word of what waits. Plain text to one recipient; no picture, no link but the
registry's own address, nothing that tells whether it was read.
"""

from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from krat.notify.models import Mail


def letter(mail: Mail, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """The mail as it is sent: from the same row always the same, its number and its date among it."""
    with translation.override(settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=_("Something waits for you in KRAT"),
            body=f"{_sentence(mail)}\n\n{settings.KRAT_ADDRESS}\n\n{_why()}\n",
            to=[mail.user.email],
            connection=connection,
            headers={
                "Message-ID": mail.message_id,
                "Date": format_datetime(timezone.localtime(mail.made_at)),
                "Auto-Submitted": "auto-generated",  # RFC 3834: no answer of an absent reader comes back
                "X-Auto-Response-Suppress": "All",  # the same for servers that do not know it
            },
        )


def _sentence(mail: Mail) -> str:
    if mail.day is None:
        return _("In KRAT something waits for you.")
    day = {"day": f"{mail.day:%d.%m.}"}
    if mail.day < (mail.worded_on or timezone.localdate(mail.made_at)):
        return _("In KRAT something waits for you, since %(day)s") % day
    return _("In KRAT something waits for you, until %(day)s") % day


def _why() -> str:
    return _("Sign in to see what. How often such mails come you choose there under “My account”.")
