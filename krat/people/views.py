"""One's own account; people, seats and invitations; taking up an invitation."""

import uuid
from functools import partial

from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from krat.access import rights
from krat.access.views import door, needs, own_account, public
from krat.people import actions, sign_in
from krat.people.forms import AcceptForm, InvitationForm, SeatChoice, SeatFilter
from krat.people.middleware import CHOSEN_SEAT
from krat.people.models import Invitation, Seat
from krat.people.requests import OwnAccount, SignedIn
from krat.ui.listing import listing
from krat.ui.rendering import render_page, telling


@own_account("shows the signed-in person their own seats and ways to protect the account", methods=("GET",))
def account(request: OwnAccount) -> HttpResponse:
    """One's own account: seats, second factor, sessions, password, language."""
    context = {
        "own_seats": request.seats,
        "has_second_factor": is_mfa_enabled(request.user),
        "idle_minutes": settings.SESSION_IDLE_MINUTES,
        "session_hours": settings.SESSION_HOURS,
    }
    return render(request, "people/account.html", context)


@own_account("one chooses among one's own seats", methods=("POST",))
def choose_seat(request: OwnAccount) -> HttpResponse:
    """Act through another of one's own seats from now on."""
    form = SeatChoice(request.POST)
    if form.is_valid() and any(one.code == form.cleaned_data["seat"] for one in request.seats):
        request.session[CHOSEN_SEAT] = str(form.cleaned_data["seat"])
        sign_in.chose_seat(next(one for one in request.seats if one.code == form.cleaned_data["seat"]))
        messages.success(request, _("You now act in the other seat."))
    else:
        messages.error(request, _("This seat is not yours, or it has ended."))
    return redirect("home:today")


@own_account("one ends one's own sessions", methods=("POST",))
def session_end(request: OwnAccount, session: int) -> HttpResponse:
    """End one of one's own sessions."""
    mine = get_object_or_404(UserSession, pk=session, user=request.user)
    actions.end_own_session(mine, by=request.user)
    messages.success(request, _("The session was ended."))
    return redirect("usersessions_list")


@needs("people.view", methods=("GET",))
def people_list(request: SignedIn) -> HttpResponse:
    """Seats in force, and invitations that are open."""
    rows = Seat.objects.visible_to(request.seat).active().for_request().order_by("user__name", "pk")
    found = listing(request, rows, SeatFilter, per_page=50)
    invitations = Invitation.objects.visible_to(request.seat).filter(accepted_at=None, withdrawn_at=None)
    context = {
        "found": found,
        "invitations": invitations.select_related("institution").order_by("-invited_at")[:50],
        "may_manage": rights.may(request.seat, "people.manage"),
    }
    return render_page(request, "people/list.html", context)


@needs("people.view", methods=("GET",))
def seat_detail(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """One seat: whose, where, from and until."""
    seat = door(request, Seat.objects.for_request(), code)
    others = Seat.objects.visible_to(request.seat).filter(user=seat.user).exclude(pk=seat.pk)
    context = {
        "one": seat,
        "others": others.for_request().order_by("-starts_on"),
        "may_manage": rights.may(request.seat, "people.manage"),
    }
    return render_page(request, "people/seat.html", context)


@needs("people.manage")
def invite(request: SignedIn) -> HttpResponse:
    """Invite a person to a seat; the link is sent, and shown this once."""
    form = InvitationForm.of(request, seat=request.seat)
    if form.is_accepted():
        with form.catching():
            invitation, token = actions.invite(by=request.seat, **form.cleaned_data)
            link = request.build_absolute_uri(reverse("people:accept", kwargs={"token": token}))
            transaction.on_commit(partial(actions.send_invitation, invitation.email, link))
            # In service the link goes to the invited person alone: who gives a seat must not be able to take it.
            shown = link if settings.KRAT_DEMO else ""
            answer = render_page(request, "people/invited.html", {"invitation": invitation, "link": shown})
            # Where the same form leads when it comes again: the link is shown once.
            answer.outcome = reverse("people:list")  # type: ignore[attr-defined]
            return answer
    return render_page(request, "people/invite.html", {"form": form})


@needs("people.manage", methods=("POST",))
def invitation_withdraw(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """Withdraw an invitation."""
    invitation = door(request, Invitation, code)
    with telling(request):
        actions.withdraw(invitation, by=request.seat)
        messages.success(request, _("The invitation was withdrawn; its link has ended."))
    return redirect("people:list")


@needs("people.manage", methods=("POST",))
def seat_end(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """End a seat now."""
    seat = door(request, Seat.objects.for_request(), code)
    with telling(request):
        actions.end_seat(seat, by=request.seat)
        messages.success(request, _("The seat has ended. Its next request finds nothing."))
    return redirect("people:list")


@needs("people.manage", methods=("POST",))
def sessions_end(request: SignedIn, code: uuid.UUID) -> HttpResponse:
    """End every session of the person in a seat."""
    seat = door(request, Seat.objects.for_request(), code)
    ended = actions.end_sessions(seat.user, by=request.seat)
    messages.success(request, _("Sessions ended: %(ended)s.") % {"ended": ended})
    return redirect("people:seat", code=seat.code)


@public("the invited person has no account yet; the link is the key", methods=("GET", "POST"))
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: choose a password. An unknown link and one that has ended look alike."""
    rows = Invitation.objects.unscoped("the link's token is the right").select_related("institution")
    invitation = rows.filter(token_hash=actions.token_hash(token)).first()
    if invitation is None or not invitation.is_open:
        return render(request, "people/invitation_ended.html", status=404)
    form = AcceptForm.of(request)
    if form.is_accepted():
        with form.catching():
            actions.accept(invitation, password=form.cleaned_data["password"])
            messages.success(request, _("Your account is ready. Sign in with your user name and password."))
            return redirect("account_login")
    response = render(request, "people/accept.html", {"form": form, "invitation": invitation})
    response["Referrer-Policy"] = "no-referrer"  # the address holds the link's key
    response["Cache-Control"] = "no-store"
    return response
