"""What one was told, how often mails come, and whether they go out: for whom the pages are, and what they do."""

import datetime

import pytest
from django.core import checks, mail
from django.test import Client
from django.utils import timezone

from cases.models import Referral
from krat.demo import make
from krat.notify import addresses, outbox
from krat.notify.checks import mails_go_out, mails_lead_to_the_registry, somebody_sends_mails
from krat.notify.models import Mailbox, Notice, Timer
from krat.people.models import Invitation, User
from krat.plan.models import Task
from tests.notify.examples import dead_mail, link_of, notice
from tests.ui.html_client import again, entries, queries_of, rows, url

pytestmark = pytest.mark.django_db
NOTICES, MAILS, PREFERENCES = "/notices/", "/mails/", "/notices/mails/"


@pytest.fixture
def education(quiet, person):
    return person("zva.durres")


def shown_lines(page):
    return page.response.context["lines"]


# --- what one was told ---


def test_a_notice_says_what_it_is_and_leads_there(education):
    one = notice()
    task = rows(Task).get(code=one.thing)

    page = education.look(NOTICES)

    assert "Your institution was given a task" in page.text
    assert task.title in page.text
    assert url("plan:task", task) in page.links


def test_the_way_to_it_stands_in_the_head_of_every_page(education):
    assert NOTICES in education.look("/").links


def test_the_head_of_every_page_says_how_many_are_unread_and_asks_nothing_more_for_it(education):
    assert "unread notices" not in education.look("/account/").text
    few = queries_of(education, "/account/")
    for _one in range(3):
        notice()
    notice("AL-05")  # somebody else's

    assert "Notices3 unread" in education.look("/account/").text
    assert queries_of(education, "/account/") == few

    education.press(NOTICES, url("notify:read_all"))
    assert "unread notices" not in education.look("/account/").text


def test_nobody_reads_what_somebody_else_was_told(education, person):
    one = notice()

    assert shown_lines(person("zva.gjirokaster").look(NOTICES)) == []
    assert person("zva.gjirokaster").post(url("notify:read", one)).status == 404
    assert again(one).read_at is None


def test_what_is_not_open_any_more_has_no_name_and_no_address(education, seat):
    one = notice()
    task = rows(Task).get(code=one.thing)
    rows(Task).filter(pk=task.pk).update(lead=seat("zva.gjirokaster").institution)
    task.supporting.set([], clear=True)

    page = education.look(NOTICES)

    assert "it is not open to you any more" in page.text
    assert task.title not in page.text
    assert url("plan:task", task) not in page.links


def test_a_referral_by_its_number_stands_in_the_trail_before_it_is_shown(education, seat):
    referral = make.referral(make.case(manager=seat("pmf.durres")), receiver=seat("zva.durres").institution)
    Notice.objects.create(seat=seat("zva.durres"), kind="referral.sent", thing=referral.code)

    page = education.look(NOTICES)

    assert referral.alias in page.text
    seen = [one for one in entries("page.seen", referral) if one.route == "notify:list"]
    assert len(seen) == 1
    assert rows(Referral).get(pk=referral.pk).alias == referral.alias


def test_one_press_marks_everything_as_read(education):
    for _one in range(3):
        notice()
    other = notice("AL-05")

    education.press(NOTICES, url("notify:read_all"))

    assert not rows(Notice).filter(seat__user__username="zva.durres", read_at=None).exists()
    assert again(other).read_at is None
    assert "Mark all as read" not in education.look(NOTICES).text


def test_one_alone_can_be_marked(education):
    one, other = notice(), notice()

    education.press(NOTICES, url("notify:read", one))

    assert again(one).read_at is not None
    assert again(other).read_at is None
    unread = shown_lines(education.look(f"{NOTICES}?state=unread"))
    assert [line.notice for line in unread] == [other]


def test_marked_twice_it_keeps_the_first_moment(education):
    one = notice()
    education.post(url("notify:read", one))
    first = again(one).read_at
    education.post(url("notify:read", one))

    assert again(one).read_at == first


def test_a_notice_of_a_kind_that_is_no_more_is_still_one(education):
    notice(kind="no.such.kind")

    assert "A notice" in education.look(NOTICES).text


def test_the_page_asks_no_more_questions_for_more_notices(education):
    notice()
    education.look(NOTICES)
    few = queries_of(education, NOTICES)
    for _more in range(9):
        notice()

    assert queries_of(education, NOTICES) == few


def test_signed_out_every_page_leads_to_the_sign_in(world):
    for address in (NOTICES, MAILS, PREFERENCES):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "/account/login/" in answer["Location"]


def test_pages_take_no_other_method(education, person):
    assert education.post(NOTICES).status == 405
    assert education.get(url("notify:read_all")).status == 405
    assert education.get(url("notify:send_link")).status == 405
    assert person("admin").post(MAILS).status == 405


# --- how often, and where to ---


def test_everybody_chooses_for_themselves_how_often_mails_come(education):
    education.save(PREFERENCES, cadence="daily")

    user = User.objects.get(username="zva.durres")
    assert Mailbox.objects.get(user=user).cadence == "daily"
    assert Mailbox.objects.get(user__username="shendeti.durres").cadence == "weekly"  # unless said
    [entry] = entries("mail.cadence", user)
    assert entry.fields == ["cadence"]


def test_what_makes_no_sense_changes_nothing(education):
    page = education.post(PREFERENCES, {"cadence": "hourly"})

    assert page.status == 200
    assert page.beside("cadence")
    assert Mailbox.objects.get(user__username="zva.durres").cadence == "weekly"


def test_the_account_leads_there(education):
    assert PREFERENCES in education.look("/account/").links


@pytest.fixture
def unconfirmed(quiet):
    Mailbox.objects.filter(user__username="zva.durres").update(confirmed="")
    return User.objects.get(username="zva.durres")


def test_an_address_is_confirmed_by_the_link_that_was_sent_there(unconfirmed, person):
    education = person("zva.durres")
    assert education.press(PREFERENCES, url("notify:send_link")).leads_to == PREFERENCES
    [one] = mail.outbox
    link = next(word for word in one.body.split() if "/notices/mails/confirm/" in word).removeprefix(
        "http://testserver"
    )
    assert (one.to, "Shembulli" in one.body) == ([unconfirmed.email], False)

    page = education.look(link)  # a mail program that opens it confirms nothing
    assert addresses.mailbox_of(unconfirmed).confirmed == ""
    assert page.response["Referrer-Policy"] == "no-referrer"

    assert education.post(link).leads_to == PREFERENCES
    assert addresses.mailbox_of(unconfirmed).confirmed == unconfirmed.email
    assert entries("mail.confirmed", unconfirmed)


@pytest.mark.parametrize("whose", ["shendeti.durres", "nobody", "changed"])
def test_another_persons_link_a_made_up_one_and_one_of_a_former_address_confirm_nothing(unconfirmed, person, whose):
    link = link_of(User.objects.get(username="shendeti.durres" if whose == "shendeti.durres" else "zva.durres"))
    if whose == "nobody":
        link = url("notify:confirm", token="made-up")
    if whose == "changed":
        User.objects.filter(pk=unconfirmed.pk).update(email="e.re@example.org")

    assert person("zva.durres").post(link).leads_to == PREFERENCES

    assert addresses.mailbox_of(unconfirmed).confirmed == ""


def test_whom_an_invitation_reached_need_not_confirm(world, seat):
    user = make.user("e.ftuara")
    make.seat("ngo", user=user)
    rows(Invitation).create(
        token_hash="x",
        username=user.username,
        name=user.name,
        email=user.email,
        institution=seat("zva.durres").institution,
        role="ngo",
        starts_on=timezone.localdate(),
        invited_by=seat("admin"),
        expires_at=timezone.now(),
        accepted_at=timezone.now(),
    )
    assert user not in addresses.unconfirmed()
    addresses.open_mailboxes()

    assert user not in addresses.unconfirmed()
    assert addresses.reachable().filter(user=user).exists()
    User.objects.filter(pk=user.pk).update(email="e.re@example.org")
    assert user in addresses.unconfirmed()  # the confirmed one is not theirs any more


# --- whether mails go out ---


def test_the_administrator_sees_what_was_given_up_and_sends_it_again(quiet, person, clock):
    admin, one = person("admin"), dead_mail()
    page = admin.look(MAILS)
    assert "SMTPRecipientsRefused 550" in page.text
    number = one.message_id

    admin.press(MAILS, url("notify:send_again", one))
    assert entries("mail.again", one)
    outbox.send_due()

    assert (again(one).state, again(one).message_id) == ("sent", number)
    assert [one.to for one in mail.outbox] == [["zva.durres@shembull.invalid"]]
    assert "No mail was given up." in admin.look(MAILS).text


def test_all_of_it_by_one_press(quiet, person):
    mails = [dead_mail(), dead_mail("AL-05")]

    person("admin").press(MAILS, url("notify:send_all_again"))

    assert {again(one).state for one in mails} == {"waiting"}


def test_what_goes_its_way_is_not_sent_again(quiet, person):
    one = dead_mail()
    type(one).objects.unscoped("the test").filter(pk=one.pk).update(state="sent")

    person("admin").post(url("notify:send_again", one))

    assert again(one).state == "sent"


def test_people_without_a_confirmed_address_are_listed(unconfirmed, person):
    listed = person("admin").look(MAILS).response.context["unconfirmed"]

    assert listed == [unconfirmed]
    assert "No mail reaches 1 person" in person("admin").look("/").text


@pytest.mark.parametrize("who", ["dpo", "koordinator.durres", "zva.durres"])
def test_nobody_else_sees_who_is_written_to(quiet, person, who):
    one = dead_mail()

    assert person(who).get(MAILS).status == 403
    assert person(who).post(url("notify:send_again", one)).status in (403, 404)
    assert again(one).state == "dead"


def test_the_check_names_what_keeps_mails_from_going_out(world, settings):
    settings.KRAT_DEMO = settings.PLAIN_HTTP = False
    settings.KRAT_ADDRESS, settings.DEFAULT_FROM_EMAIL = "http://krat.example.org/", "KRAT <no-reply@localhost>"

    found = mails_lead_to_the_registry(None) + somebody_sends_mails(None) + mails_go_out(None, databases=["default"])
    assert [one.id for one in found] == ["krat.E018", "krat.W002", "krat.W003"]

    settings.KRAT_ADDRESS = "https://localhost/"
    assert "krat.W005" in {one.id for one in somebody_sends_mails(None)}

    settings.KRAT_ADDRESS, settings.DEFAULT_FROM_EMAIL = "https://krat.example.org/", "KRAT <krat@example.org>"
    Timer.objects.create(pk=1, ran_at=timezone.now(), failing_since=timezone.now(), failure="ConnectionRefusedError")
    found = mails_lead_to_the_registry(None) + somebody_sends_mails(None) + mails_go_out(None, databases=["default"])
    assert [one.id for one in found] == ["krat.W004"]
    assert all(isinstance(one, checks.Warning) for one in found)


def test_a_timer_that_stands_still_is_seen(quiet, person):
    row, admin = Timer.objects.create(pk=1, ran_at=timezone.now()), person("admin")
    assert "has not run since" not in admin.look(MAILS).text

    row.ran_at -= datetime.timedelta(hours=3)
    row.save()

    assert "The timer has not run since" in admin.look(MAILS).text
    assert "See why the timer stands still" in admin.look("/").text


def test_without_a_database_the_check_asks_none(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert mails_go_out(None) == []
