"""Nobody opens an account for themselves: the administrator invites, the link is the key, and it opens once."""

import re

import pytest
from django.core import mail
from django.test import Client, TestCase
from django.utils import timezone

from krat.demo import make
from krat.people.models import Invitation, Seat, User
from tests.ui.html_client import (
    Person,
    entries,
    person,  # noqa: F401  a fixture
    rows,
    url,
)

pytestmark = pytest.mark.django_db

SENTENCE = "dallandyshet ikin para shiut"


@pytest.fixture
def admin(person):  # noqa: F811
    return person("admin")


@pytest.fixture
def somebody(world) -> Person:
    """A browser in which nobody is signed in."""
    return Person(Client())


def words(**more):
    institution = Seat.objects.unscoped("the test looks up").get(user__username="zva.durres").institution_id
    return {
        "name": "Shembull Ereja",
        "username": "e.reja.durres",
        "email": "e.reja@example.org",
        "institution": institution,
        "role": "education",
        "starts_on": make.in_days(0).isoformat(),
        "ends_on": "",
    } | more


def invite(admin, **more) -> str:
    """The link's address."""
    with TestCase.captureOnCommitCallbacks(execute=True):  # the mail goes out when the invitation stands
        shown = admin.fill(url("people:invite"), **words(**more))
    found = re.search(r"http://testserver(/people/welcome/\S+/)", shown.text)
    assert found, shown.complaints
    return found[1]


def take(somebody, link, password=SENTENCE, again=None):
    return somebody.post(link, {"password": password, "again": again or password})


def test_the_link_is_shown_once_and_sent(admin):
    link = invite(admin)

    assert link in mail.outbox[0].body
    assert mail.outbox[0].to == ["e.reja@example.org"]
    assert link not in admin.look(url("people:list")).html
    assert "Shembull Ereja" in admin.look(url("people:list")).text
    assert entries("people.invited", rows(Invitation).get())


def test_no_mail_goes_out_for_an_invitation_that_was_undone(admin):
    admin.fill(url("people:invite"), **words())  # the test's own transaction is never committed

    assert not mail.outbox


def test_the_mail_holds_no_name_no_role_and_no_institution(admin):
    invite(admin)

    sent = (mail.outbox[0].subject + mail.outbox[0].body).casefold()

    for word in ("shembull", "ereja", "e.reja", "education", "arsim", "zva", "durr"):
        assert word not in sent.split("http")[0]
    assert len(mail.outbox) == 1


def test_only_a_hash_of_the_link_is_stored(admin):
    token = invite(admin).strip("/").split("/")[-1]

    stored = repr(list(rows(Invitation).values())) + repr([one.fields for one in entries("people.invited")])
    assert token not in stored


def test_taking_it_makes_the_account_and_the_seat(admin, somebody):
    answer = take(somebody, invite(admin))

    seat = rows(Seat).select_related("user").get(user__username="e.reja.durres")
    assert answer.leads_to == "/account/login/"
    assert (seat.role, seat.user.name, seat.user.email) == ("education", "Shembull Ereja", "e.reja@example.org")
    assert seat.user.check_password(SENTENCE)
    assert entries("people.seated", seat)


def test_it_says_who_is_invited_and_tells_no_other_page(admin, somebody):
    shown = somebody.look(invite(admin))

    assert "e.reja.durres" in shown.text
    assert shown.response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in shown.response["Cache-Control"]


@pytest.mark.parametrize("how", ["used", "withdrawn", "expired", "unknown"])
def test_a_link_that_opens_nothing_looks_the_same_whyever(admin, somebody, how):
    link = invite(admin)
    invitation = rows(Invitation).get()
    if how == "used":
        take(somebody, link)
        somebody.look("/account/login/")  # where it says that the account is ready
    elif how == "withdrawn":
        admin.press(url("people:list"), url("people:invitation_withdraw", invitation))
    elif how == "expired":
        rows(Invitation).update(expires_at=timezone.now())
    else:
        link = "/people/welcome/askujt-nuk-iu-dergua-ky-lidhes/"

    asked, sent = somebody.get(link), take(somebody, link)
    nothing = somebody.get("/people/welcome/kurre/")

    assert (asked.status, sent.status) == (404, 404)
    assert asked.text == sent.text == nothing.text
    assert User.objects.filter(username="e.reja.durres").exists() == (how == "used")


@pytest.mark.parametrize(
    "password",
    ["shkurt", "123456789012", "durres2026durres", "e.reja.durres", "aaaaaaaaaaaaaa", "shqiperia shqiperia"],
)
def test_a_weak_password_keeps_the_page_and_the_link(admin, somebody, password):
    link = invite(admin)

    shown = take(somebody, link, password)

    assert shown.status == 200
    assert shown.beside("password")
    assert password not in shown.html.replace("e.reja.durres", "") or password == "e.reja.durres"
    assert shown.typed("password") == ""
    assert not User.objects.filter(username="e.reja.durres").exists()
    assert take(somebody, link).status == 302


@pytest.mark.parametrize("password", ["", "\x00" * 14, "a" * 501])
def test_no_password_and_no_password_at_all_are_refused(admin, somebody, password):
    assert somebody.post(invite(admin), {"password": password, "again": password}).status == 200
    assert not User.objects.filter(username="e.reja.durres").exists()


def test_two_passwords_that_differ_are_refused(admin, somebody):
    shown = take(somebody, invite(admin), again="dallandyshet kthehen ne pranvere")

    assert "differ" in shown.beside("again")


def test_another_method_is_not_allowed(admin, somebody):
    link = invite(admin)

    assert somebody.browser.put(link).status_code == 405
    assert somebody.browser.delete(link).status_code == 405


# --- what the administrator types ---


def test_a_user_name_of_somebody_else_is_refused_beside_it(admin):
    shown = admin.fill(url("people:invite"), **words(username="zva.durres"))

    assert "belongs to somebody else" in shown.beside("username")
    assert shown.typed("name") == "Shembull Ereja"
    assert not mail.outbox


@pytest.mark.parametrize("role", ["system", "nobody", ""])
def test_there_are_seats_to_which_nobody_is_invited(admin, role):
    assert admin.fill(url("people:invite"), **words(role=role)).beside("role")


def test_no_role_is_chosen_beforehand(admin):
    shown = admin.look(url("people:invite"))

    assert shown.typed("role") == ""
    assert admin.fill(url("people:invite"), **words(role="")).beside("role")


@pytest.mark.parametrize("username", ["me hapesire", "a" * 81, "<b>", "zva.durres\x00"])
def test_a_user_name_is_made_of_letters(admin, username):
    shown = admin.fill(url("people:invite"), **words(username=username))

    assert shown.beside("username")
    assert not rows(Invitation).exists()


def test_an_invitation_is_withdrawn_once(admin):
    invite(admin)
    invitation = rows(Invitation).get()

    for _again in range(2):
        assert admin.post(url("people:invitation_withdraw", invitation)).status == 302

    assert len(entries("people.invitation_withdrawn", invitation)) == 1


def test_nobody_but_the_administrator_invites(person):  # noqa: F811
    for username in ("koordinator.durres", "prefekt.durres", "dpo", "kufi.durres"):
        assert person(username).get(url("people:invite")).status == 403
        assert person(username).post(url("people:invite"), words()).status == 403
    assert not rows(Invitation).exists()
