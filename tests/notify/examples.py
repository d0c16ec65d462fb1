"""What the tests ask of messages: a notice and a mail of each county, forms, pages that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from krat.notify import addresses
from krat.notify.models import Mail, Notice
from krat.notify.telling import new_mail, put
from krat.people.models import Seat, User
from krat.plan.models import Task
from tests.declaring import ADMIN, EDUCATION, WHY, FormPage, Shows, at
from tests.ui.html_client import url

if TYPE_CHECKING:
    from tests.ui.form_examples import Examples

OF = {"AL-02": "zva.durres", "AL-05": "zva.gjirokaster"}


def notice(county: str = "AL-02", kind: str = "task.given") -> Notice:
    """One that the county's education office was told."""
    seats = Seat.objects.unscoped(WHY).order_by("pk")
    seat = seats.filter(user__username=OF[county])[0]
    task = Task.objects.unscoped(WHY).open().filter(lead=seat.institution_id).order_by("pk")[0]
    return Notice.objects.create(seat=seat, kind=kind, thing=task.code, day=task.due_on)


def dead_mail(county: str = "AL-02") -> Mail:
    """A mail about it that was given up."""
    about = notice(county)
    put([new_mail(about.seat.user_id, Mail.About.NOTICE, f"notice:{about.code}", day=about.day, notice=about)])
    mail = Mail.objects.unscoped(WHY).get(notice=about)
    mail.state, mail.attempts, mail.failure = Mail.State.DEAD, 5, "SMTPRecipientsRefused 550"
    mail.save()
    return mail


def _more_mails(_s: Examples) -> None:
    dead_mail()


PICKERS = {
    ("notices/", "code"): (Notice, notice),
    ("mails/", "code"): (Mail, dead_mail),
}
OPEN_ARGUMENTS = {
    ("notices/mails/confirm/", "token"): lambda: "nobody-was-sent-this-link",
}
FORMS: list[FormPage] = []
PAGES = [
    Shows("notify:list", EDUCATION, at("notify:list"), lambda _s: notice()),
    Shows("notify:mail", ADMIN, at("notify:mail"), _more_mails),
]


def link_of(user: User) -> str:
    """The link that confirms a person's address."""
    return url("notify:confirm", token=addresses.token(user))
