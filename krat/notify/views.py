"""What one was told; how often mails come; whether mails go out at all."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access.scoping import ScopedModel
from krat.access.views import door, needs, own_account
from krat.notify import actions, addresses
from krat.notify.forms import CadenceForm, ConfirmAddress, NoticeFilter
from krat.notify.kinds import kinds
from krat.notify.models import Mail, Notice, Timer
from krat.people.background import later
from krat.people.models import Seat
from krat.people.requests import OwnAccount, SignedIn
from krat.ui.due import Due, due_of
from krat.ui.listing import listing
from krat.ui.rendering import render_page, telling


@dataclass(frozen=True)
class Line:
    """A notice as it is shown: what it is about has a name and an address only while the seat may see it."""

    notice: Notice
    words: str | Promise
    name: str
    url: str
    due: Due | None


@needs("notices.view", methods=("GET",))
def notice_list(request: SignedIn) -> HttpResponse:
    """What this seat was told, the latest first, and where it leads; one statement for each kind on the page."""
    found = listing(request, Notice.objects.visible_to(request.seat), NoticeFilter)
    things = _things(found.rows, request.seat)
    unread = Notice.objects.visible_to(request.seat).unread().count()
    context = {"found": found, "lines": [_line(one, things) for one in found.rows], "unread": unread}
    return render_page(request, "notify/list.html", context, shown=list(things.values()))


def _things(notices: list[Notice], seat: Seat) -> dict[tuple[str, uuid.UUID], ScopedModel]:
    """What these notices are about, as far as the seat may see it now, by kind and code."""
    asked: dict[str, set[uuid.UUID]] = defaultdict(set)
    for one in notices:
        asked[one.kind].add(one.thing)
    found: dict[tuple[str, uuid.UUID], ScopedModel] = {}
    for name, codes in asked.items():
        kind = kinds().get(name)
        if kind is not None:
            rows = kind.model.objects.permitted(seat, kind.right).filter(code__in=codes)
            found |= {(name, one.code): one for one in rows.select_related(*kind.with_rows or (None,))}
    return found


def _line(notice: Notice, things: dict[tuple[str, uuid.UUID], ScopedModel]) -> Line:
    kind, thing = kinds().get(notice.kind), things.get((notice.kind, notice.thing))
    if kind is None or thing is None:
        return Line(notice, kind.words if kind is not None else _("A notice"), "", "", None)
    url = reverse(kind.route, kwargs={"code": notice.thing})
    return Line(notice, kind.words, kind.label(thing), url, due_of(notice.day) if notice.day else None)


@needs("notices.view", methods=("POST",))
def read_all(request: SignedIn) -> HttpResponse:
    """Mark all of it as read."""
    read = actions.read_all(by=request.seat)
    said = ngettext("%(n)s notice is marked as read.", "%(n)s notices are marked as read.", read)
    messages.success(request, said % {"n": read})
    return redirect("notify:list")


@needs("notices.view", methods=("POST",))
def read(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Mark one as read."""
    actions.read(door(request, Notice, code), by=request.seat)
    return redirect("notify:list")


@own_account("one chooses for oneself how often mails come")
def preferences(request: OwnAccount) -> HttpResponse:
    """How often mails come, and to which address."""
    box = addresses.mailbox_of(request.user)
    form = CadenceForm.of(request, initial={"cadence": box.cadence})
    if form.is_accepted():
        with form.catching():
            actions.choose_cadence(request.user, form.cleaned_data["cadence"])
            messages.success(request, _("Mails come as you chose."))
            return redirect("notify:preferences")
    is_confirmed = bool(box.confirmed) and box.confirmed == request.user.email
    context = {"form": form, "address": request.user.email, "is_confirmed": is_confirmed}
    return render(request, "notify/preferences.html", context)


@own_account("one has a link sent to one's own address", methods=("POST",))
def send_link(request: OwnAccount) -> HttpResponse:
    """Send the link that confirms one's own address; it goes there and nowhere else."""
    user = request.user
    if user.email:
        link = request.build_absolute_uri(reverse("notify:confirm", kwargs={"token": addresses.token(user)}))
        later(request, lambda: actions.send_link(user, link))
        messages.success(request, _("The link was sent to your address. It is valid for seven days."))
    else:
        messages.error(request, _("Your account has no address. Ask the administrator."))
    return redirect("notify:preferences")


@own_account("one confirms one's own address by the link that was sent there")
def confirm(request: OwnAccount, token: str) -> HttpResponse:
    """Confirm an address: by a press, so that a mail program that opens links confirms nothing."""
    form = ConfirmAddress.of(request)
    if form.is_accepted():
        try:
            actions.confirm(request.user, token)
            messages.success(request, _("Your address is confirmed."))
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        return redirect("notify:preferences")
    answer = render(request, "notify/confirm.html", {"form": form, "address": request.user.email})
    answer["Referrer-Policy"] = "no-referrer"  # the address of the page holds the link's key
    return answer


@needs("mail.manage", methods=("GET",))
def mail(request: SignedIn) -> HttpResponse:
    """Whether mails go out: the timer, the mail system, what was given up, and whom no mail reaches."""
    rows = Mail.objects.visible_to(request.seat)
    found = listing(request, rows.filter(state=Mail.State.DEAD).select_related("user").order_by("-pk"))
    context: dict[str, Any] = {
        "found": found,
        "timer": Timer.objects.filter(pk=1).first(),
        "waiting": rows.filter(state__in=Mail.TO_SEND).count(),
        "unconfirmed": addresses.unconfirmed(),
    }
    return render_page(request, "notify/mail.html", context)


@needs("mail.manage", methods=("POST",))
def send_again(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Take up one mail again that was given up."""
    one = door(request, Mail, code)
    with telling(request):
        actions.send_again(one, by=request.seat)
        messages.success(request, _("The mail is sent again with the next run of the timer."))
    return redirect("notify:mail")


@needs("mail.manage", methods=("POST",))
def send_all_again(request: SignedIn) -> HttpResponse:
    """Take up every mail again that was given up."""
    taken = actions.send_all_again(by=request.seat)
    said = ngettext("%(n)s mail is sent again.", "%(n)s mails are sent again.", taken)
    messages.success(request, said % {"n": taken})
    return redirect("notify:mail")
