"""Fills an empty database with cases whose every word is a canary, by the registry's own verbs and pages, also by those
that fail; and waits, so that one can look at the files of a database that is in use.

Run as ``python -m tests.safety.filling``: says FILLED and the number of its answers; told to go on, it closes the
database and says CLOSED; told once more, it puts a canary into a clear column and says LEAKED.
"""

import itertools
import os
import string
import sys
from typing import Any

import django

BEGINNING = "zqxvulosje"  # long enough that no chance writes it, in whatever code
BIRTH = "06-05"  # month and day of the child's birth
_count = itertools.count()


def word() -> str:
    """A new canary."""
    first, second = divmod(next(_count), 26)
    return BEGINNING + string.ascii_lowercase[first] + string.ascii_lowercase[second]


def main() -> None:
    """Fill, close, leak; say so and wait after each."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    _say("FILLED", _fill())
    connection.close()
    _say("CLOSED")
    _leak()
    _say("LEAKED")


def _say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()
    sys.stdin.readline()


def _leak() -> None:
    from krat.demo import make

    make.card(asked=f"Vendim për {word()}")


def _fill() -> int:
    from django.conf import settings
    from django.test.utils import override_settings

    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with override_settings(ALLOWED_HOSTS=hosts, STORAGES=settings.STORAGES | plain):
        return _Story().tell()


class _Story:
    """One case from its signal to its card, and what people do wrong on the way."""

    def __init__(self) -> None:
        from krat.demo import make

        self.make = make
        unit = make.institution("AL-02-NJMF-DURRES", kind="child_protection_unit", territories=["AL-02-DURRES"])
        place = {"territories": ["AL-02-DURRES"]}
        self.worker = make.seat("child_worker", unit, user=make.user("punonjesi", password="krat-demo-2026"))
        self.head = make.seat("unit_head", unit)
        self.police = make.seat("police", make.institution("AL-02-POL", kind="local_police", **place))
        self.school = make.seat("education", make.institution("AL-02-ZVA", kind="education", **place))
        self.ngo = make.seat("ngo", make.institution("AL-02-OJF", kind="ngo", **place))
        self.town = make.institution("AL-02-BASHKIA-DURRES", kind="municipality", **place)
        self.answers = 0

    def tell(self) -> int:
        case = self._work()
        self._mistakes(case)
        self._pages(case)
        return self.answers

    def _work(self) -> Any:
        from django.utils import timezone

        from cases.actions import cards, cases, referrals, signals
        from cases.models import AidPart, SchoolPart

        make, today = self.make, timezone.localdate()
        source = make.term("source", "police")
        words = {"municipality": make.municipality(), "kind": "child", "source": source}
        signals.reject(
            signals.send(by=self.police, what=word(), who=word(), where=word(), **words), by=self.worker, why=word()
        )
        signal = signals.send(by=self.police, what=word(), who=word(), where=word(), **words)
        names = ("first_name", "last_name", "father_name", "mother_name")
        identity = {name: f"Ç{word()}".title() for name in names}
        identity |= {name: word() for name in ("safe_contact", "address")}
        identity |= {"citizenship": "XK", "language": "sq"}  # codes of lists
        identity |= {"birth_date": f"{today.year - 12}-{BIRTH}", "personal_number": word(), "sex": "female"}
        case = cases.open_case(by=self.worker, signalled_on=today, identity=identity, signal=signal, **words)
        case = cases.change(
            case, by=self.worker, based_on=case.version, head={"risk": "high"}, identity={"address": word()}
        )
        case = cases.move(case, "full_assessment", by=self.worker, note=word())
        for is_sensitive in (True, False):
            cases.note(case, by=self.worker, kind="visit", happened_on=today, text=word(), is_sensitive=is_sensitive)
        for kind in (SchoolPart, AidPart):
            part = referrals.begin_part(case, kind, by=self.worker)
            plain = {"dropped_on": str(today), "applied_on": str(today), "amount": "9000"}
            texts = {name: plain.get(name) or word() for name in kind._meta.get_field("data").names}
            referrals.write_part(part, by=self.worker, right="parts.change", based_on=1, state=part.state, **texts)
        for purpose, seat in (("school", self.school), ("counselling", self.ngo)):
            referral = referrals.refer(
                case, by=self.worker, purpose=purpose, receiver=seat.institution, request=word(), consent="given"
            )
            referrals.move(referral, "accepted", by=seat)
            if purpose == "school":
                referrals.move(referral, "completed", by=seat, answer=word())
        obstacle = cards.mark(
            case,
            by=self.worker,
            kind=make.term("obstacle", "economic_aid"),
            waits_for=self.town,
            since=today,
            asked="Vendim për ndihmën ekonomike",
        )
        cards.take_to_table(obstacle, by=self.worker)
        cards.confirm_gone(obstacle, by=self.worker, how=word())
        return case

    def _mistakes(self, case: Any) -> None:
        """Statements that the database itself refuses: it may quote them in its log."""
        from django.core.exceptions import ValidationError
        from django.db import DatabaseError, transaction

        from cases.actions import cases
        from cases.models import Identity, Note
        from cases.models.keys import lend_key

        who = Identity.objects.visible_to(self.worker).get(case=case)
        again = Identity(case=case, number_token="x" * 10)
        lend_key(who, again)
        again.data = who.data
        note = Note(case=case, seat=self.worker, kind="far too long for its column", happened_on=None)
        lend_key(who, note)
        note.data = {"text": word()}
        for attempt in (again.save, note.save, lambda: Note.objects.bulk_create([note, note])):
            try:
                with transaction.atomic():
                    attempt()
            except DatabaseError:
                continue
            raise AssertionError("The database took it.")
        for wrong in ({"first_name": f"{word()}1"}, {"birth_date": "2015-02-30"}, {"personal_number": f"!{word()}"}):
            try:
                cases.change(case, by=self.worker, based_on=None, identity=wrong)
            except ValidationError:
                continue
            raise AssertionError("The verb took it.")

    def _pages(self, case: Any) -> None:
        """A browser: signing in, looking, searching, saving, saving too late, saving what cannot be."""
        from django.test import Client
        from django.urls import reverse

        browser = Client(raise_request_exception=False)
        self._post(browser, "/account/login/", {"login": "dikush.tjeter", "password": "krat-demo-2026"})
        self._post(browser, "/account/login/", {"login": "punonjesi", "password": "krat-demo-2026"})
        at = {"code": case.code}
        for name in ("case", "identity", "notes", "school", "aid", "counselling", "team", "viewers", "refer"):
            address = reverse(f"cases:{name}", kwargs=at)
            answer = browser.get(address)
            assert answer.status_code == 200, (name, answer.status_code)
            self.answers += 1
            self._post(browser, address, _filled(answer))  # many of these are refused, and shown again
        self._post(browser, reverse("cases:search"), {"words": f"Ç{word()}"})
        self._post(browser, reverse("cases:search"), {"words": f"{word()}77"})
        self._post(browser, reverse("cases:add"), _filled(browser.get(reverse("cases:add"))))
        address = reverse("cases:notes", kwargs=at)
        late = _filled(browser.get(address))
        browser.cookies.clear()
        self._post(browser, address, late)  # the session is gone: what was typed is kept
        browser.get(f"/cases/{word()}/")
        browser.get("/cases/", {"q": word()})

    def _post(self, browser: Any, address: str, words: dict[str, Any]) -> None:
        browser.post(address, words)
        self.answers += 1


def _filled(answer: Any) -> dict[str, Any]:
    """The largest form of a page, with a canary in every text."""
    from tests.ui.html_client import Shown

    forms = [one for one in Shown(answer, "").forms if one.method == "post"]
    if not forms:
        return {}
    form = max(forms, key=lambda one: len(one.names))
    words: dict[str, Any] = form.sent({})
    for name in form.names:
        # A reference and what is asked of the table are clear by their nature.
        is_clear = name.startswith(("_", "csrf", "version", "reference", "asked"))
        is_text = not is_clear and name not in form.choices
        if is_text and words.get(name, [""]) in ([""], [], ""):
            words[name] = word()
    return words


if __name__ == "__main__":
    main()
