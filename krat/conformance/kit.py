"""The kit itself: what it does to a client, in which order, and how it sees whether all is right.

A client is run as ``push FILE`` (records as NDJSON) and ``pull FOLDER`` (writes what it holds as
``FOLDER/<type>/<code>.json``), with ``KRAT_ADDRESS``, ``KRAT_CLIENT_ID``, ``KRAT_CLIENT_SECRET`` and a folder of its
own for what it remembers, ``KRAT_STATE``. It ends with 0 where all is done; else it is run again, as a timer would.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.db.models import F

from cases.actions import cases, inbox
from cases.models import Case, Identity, SentChange
from krat.api import actions as clients
from krat.api.models import ApiClient
from krat.committee.models import Institution
from krat.conformance.misbehaving import Application, Armed, Misbehaving
from krat.conformance.runners import Runner
from krat.conformance.samples import Sample, case
from krat.feed.models import Generation
from krat.people.models import Seat

UNIT, OTHER, HEAD = "AL-02-NJMF-SHIJAK", "AL-02-NJMF-DURRES", "njmf.shijak"
RUNS = 5  # of one task, as a timer would run it
BULK, BY_REFERENCE, CHANGES, CASES = (
    "/api/v1/cases/bulk/",
    "/api/v1/cases/by-reference/",
    "/api/v1/changes/",
    "/api/v1/cases/",
)
MOST_CALLS_WITHOUT_RIGHT = 10
_HELD = {"case": "cases", "referral": "referrals", "task": "tasks"}


@dataclass
class Result:
    """How one step ended: what was found wrong, each in a sentence."""

    name: str
    title: str
    faults: list[str] = field(default_factory=list)

    @property
    def is_passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


@dataclass(frozen=True)
class Step:
    """One thing that is asked of a client."""

    name: str
    title: str
    hint: str
    run: Callable[[Kit], None]


STEPS: list[Step] = []


def step(title: str, hint: str) -> Callable[[Callable[[Kit], None]], Callable[[Kit], None]]:
    """Enter a step, under its function's name; ``hint`` says what to look at where it fails."""

    def enter(run: Callable[[Kit], None]) -> Callable[[Kit], None]:
        STEPS.append(Step(run.__name__, title, hint, run))
        return run

    return enter


class Kit:
    """One check of one client. The database is a throw-away one, with the invented world in it."""

    def __init__(self, runner: Runner, folder: Path, address: str, inner: Application, line: Misbehaving) -> None:
        self.runner, self.folder, self.address = runner, folder, address
        self.inner, self.line = inner, line  # the registry itself, and as the client meets it
        self.unit, self.other = _institution(UNIT), _institution(OTHER)
        self.head = (
            Seat.objects.unscoped("the kit looks into its own registry")
            .select_related("institution__county", "user")
            .get(user__username=HEAD)
        )
        self.files, self.holds = folder / "files", folder / "holds"
        for one in (self.files, self.holds, folder / "state"):
            one.mkdir(parents=True, exist_ok=True)
        self.sent: dict[str, Sample] = {}  # what the contractor's system holds, by reference
        self.result = Result("", "")
        self.numbers = iter(range(1, 10_000))
        self._observer = self._token(*self._client("Vëzhguesi i provës"))
        self.client, self.secret = self._client("Sistemi në provë")

    def check(self, steps: Sequence[Step], told: Callable[[Result], None] = lambda result: None) -> list[Result]:
        """Run these steps, each on what those before it left."""
        results = []
        for one in steps:
            self.result = Result(one.name, one.title)
            self.line.arm()
            self.line.date = ""
            try:
                one.run(self)
            except Case.DoesNotExist:
                self.expect(False, "A case that your client had sent before is not there.")
            results.append(self.result)
            told(self.result)
        return results

    # --- the client ---

    @property
    def environment(self) -> dict[str, str]:
        """What the client is given."""
        return {
            "KRAT_ADDRESS": self.address,
            "KRAT_CLIENT_ID": self.client.client_id,
            "KRAT_CLIENT_SECRET": self.secret,
            "KRAT_STATE": str(self.folder / "state"),
        }

    def new_client(self) -> None:
        """The client gets another id and secret, as after a leak."""
        self.client, self.secret = self._client("Sistemi në provë, i dytë")

    def _client(self, name: str) -> tuple[ApiClient, str]:
        return clients.create(by=None, institution=self.unit, name=name, may_write=True)

    def push(self, records: Iterable[Sample], *, runs: int = RUNS) -> int:
        """Hand the client its whole file, and run it until it is done; how the last run ended."""
        records = list(records)
        self.sent |= {one["reference"]: one for one in records}
        file = self.files / f"{self.result.name}-{next(self.numbers):02}.ndjson"
        lines = (json.dumps(one, ensure_ascii=False) for one in records)
        file.write_bytes("\n".join(lines).encode())
        return self._run("push", file, runs)

    def pull(self, *, runs: int = RUNS) -> int:
        """Let the client take over what changed, until it is done; how the last run ended."""
        return self._run("pull", self.holds, runs)

    def _run(self, verb: str, argument: Path, runs: int) -> int:
        ended = -1
        for _run in range(runs):
            ended = self.runner.run(verb, argument, self.environment)
            if ended == 0:
                break
        return ended

    # --- what is found ---

    def expect(self, is_so: bool, sentence: str) -> None:
        """Note a fault, unless it is so."""
        if not is_so:
            self.result.faults.append(sentence)

    def expect_done(self, ended: int) -> None:
        """The client said in the end that all is done."""
        self.expect(ended == 0, f"Your client did not end with 0, however often it was run (last: {ended}).")

    def expect_met(self) -> None:
        """What was armed has met the client: else nothing was proved."""
        self.expect(self.line.is_spent, "Your client never made the call that was to go wrong.")

    def expect_there(self, records: Iterable[Sample]) -> None:
        """Each of these is there once, with the values that were sent."""
        for record in records:
            found = self.rows(record["reference"])
            self.expect(len(found) == 1, f"{record['reference']} is there {len(found)} times, and should be once.")
            if len(found) == 1 and (wrong := _differing(found[0], record)):
                self.expect(False, f"{record['reference']} has other values than were sent: {', '.join(wrong)}.")

    def rows(self, reference: str) -> list[Case]:
        """The unit's cases with a reference."""
        return list(
            Case.objects.unscoped("the kit looks into its own registry").filter(reference=reference, holder=self.unit)
        )

    def row(self, reference: str) -> Case:
        """The unit's case with a reference; raises where there is none."""
        return Case.objects.unscoped("the kit looks into its own registry").get(reference=reference, holder=self.unit)

    def versions(self, records: Iterable[Sample]) -> dict[str, int]:
        """The version of each of these cases."""
        return {row.reference: row.version for one in records for row in self.rows(one["reference"])}

    def expect_held(self) -> None:
        """What the client wrote is what it may see: cases, referrals and tasks, none more and none fewer."""
        there, held = self.seen(), self.held()
        for kind in _HELD:
            missing = {code for of, code in there if of == kind} - {code for of, code in held if of == kind}
            extra = {code for of, code in held if of == kind} - {code for of, code in there if of == kind}
            self.expect(not missing, f"Your client does not hold {len(missing)} {kind}s that it may see.")
            self.expect(not extra, f"Your client still holds {len(extra)} {kind}s that left its sight.")
        old = [key for key in there.keys() & held.keys() if held[key].get("version") != there[key]["version"]]
        self.expect(not old, f"Your client holds {len(old)} things in another version than the registry.")
        cases_held = [key for key in there.keys() & held.keys() if key[0] == "case" and key not in old]
        wrong = [key for key in cases_held if held[key] != there[key]]
        self.expect(not wrong, f"Your client holds {len(wrong)} cases otherwise than GET gives them.")

    def held(self) -> dict[tuple[str, str], Any]:
        """What the client has written, by type and code."""
        found = {}
        for file in self.holds.glob("*/*.json"):
            try:
                found[file.parent.name, file.stem] = json.loads(file.read_text(encoding="utf-8"))
            except ValueError:
                self.expect(False, f"{file.parent.name}/{file.name} is not JSON.")
        return found

    def seen(self) -> dict[tuple[str, str], Any]:
        """What GET gives a system of the unit, by type and code."""
        found: dict[tuple[str, str], Any] = {}
        for kind, path in _HELD.items():
            cursor = ""
            while cursor is not None:
                asked = f"limit=200&cursor={cursor}" if cursor else "limit=200"
                page = self._get(f"/api/v1/{path}/", asked)
                found |= {(kind, one["code"]): one for one in page["results"]}
                cursor = page["next"]
        return found

    # --- what happens in the registry ---

    def person_changes(self, reference: str, **head: Any) -> None:
        """The head of the unit changes a case."""
        cases.change(self.row(reference), by=self.head, based_on=None, head=head)

    def waiting(self, reference: str) -> list[SentChange]:
        """What waits for a person in the case with this reference."""
        rows = SentChange.objects.unscoped("the kit looks into its own registry").filter(
            case__reference=reference, case__holder=self.unit
        )
        return list(rows.filter(state=SentChange.State.WAITS))

    def person_drops(self, reference: str) -> None:
        """The head of the unit leaves the case as it stands."""
        for one in self.waiting(reference):
            inbox.drop(one, by=self.head)

    def goes_elsewhere(self, reference: str) -> str:
        """The case goes to another unit; its code."""
        row = self.row(reference)
        Case.objects.unscoped("the kit looks into its own registry").filter(pk=row.pk).update(
            holder=self.other, version=F("version") + 1
        )
        return str(row.code)

    def restored(self) -> None:
        """As after a restored copy: every cursor leads nowhere."""
        Generation.objects.update(code=uuid.uuid4())

    def ended(self) -> None:
        """The client's rights are withdrawn."""
        clients.end(self.client, by=None)

    # --- how it asks by itself, past the bad line ---

    def _token(self, client: ApiClient, secret: str) -> str:
        said = f"grant_type=client_credentials&client_id={client.client_id}&client_secret={secret}&scope=read"
        answer = self._ask("POST", "/identity/o/api/token", body=said.encode())
        return str(answer["access_token"])

    def _get(self, path: str, asked: str) -> Any:
        return self._ask("GET", path, asked, HTTP_AUTHORIZATION=f"Bearer {self._observer}")

    def _ask(self, method: str, path: str, asked: str = "", body: bytes = b"", **more: str) -> Any:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": asked,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            **more,
        }
        setup_testing_defaults(environ)
        answer = self.inner(environ, lambda status, headers, *rest: None)
        try:
            return json.loads(b"".join(answer))
        finally:
            if hasattr(answer, "close"):
                answer.close()


def _institution(code: str) -> Institution:
    return Institution.objects.unscoped("the kit looks into its own registry").get(code=code)


def _differing(row: Case, record: Sample) -> list[str]:
    """The fields of a record that do not stand so."""
    who = Identity.objects.unscoped("the kit looks into its own registry").get(case=row).data
    heads = {"risk": row.risk, "concerns": sorted(row.concerns), "signalled_on": row.signalled_on.isoformat()}
    wanted = {**record, "concerns": sorted(record["concerns"])}
    wrong = [name for name, value in heads.items() if (wanted[name] or "") != value]
    return wrong + [f"identity.{name}" for name, value in record["identity"].items() if (value or "") != who[name]]


# --- the steps ---


@step("sends every record once, as it stands in the file", "References are percent-encoded in addresses; null empties.")
def first_push(kit: Kit) -> None:
    """Thirty records."""
    records = [case(number) for number in range(30)]
    kit.expect_done(kit.push(records))
    kit.expect_there(records)


@step("sends the same file again and changes nothing", "PUT by reference, or bulk; never POST of the same case twice.")
def same_again(kit: Kit) -> None:
    """The very same, twice."""
    records = list(kit.sent.values())
    before = kit.versions(records)
    for _time in range(2):
        kit.expect_done(kit.push(records))
    kit.expect(kit.versions(records) == before, "Some cases were written again, or twice, though nothing had changed.")


@step("sends records in any order, changed and new ones among old ones", "Nothing may depend on a record's place.")
def scrambled(kit: Kit) -> None:
    """Backwards, five changed, five new."""
    changed = [case(number, risk="immediate") for number in range(5)]
    records = [*reversed((kit.sent | {one["reference"]: one for one in changed}).values()), *map(case, range(30, 35))]
    before = kit.versions(records)
    kit.expect_done(kit.push(records))
    kit.expect_there(records)
    others = [one for one in records if one["reference"] in before and one not in changed]
    kit.expect(
        kit.versions(others) == {one["reference"]: before[one["reference"]] for one in others},
        "Cases were written though nothing in their records had changed.",
    )


@step("is told nothing, though all was done: the answer is lost", "Send it again with the same Idempotency-Key.")
def lost_answer(kit: Kit) -> None:
    """The registry did its work; whoever takes that for a failure must not do it twice."""
    records = [*kit.sent.values(), *map(case, range(35, 45))]
    for method in ("POST", "PUT"):
        kit.line.armed.append(Armed(CASES, method, is_done_first=True))
    kit.expect_done(kit.push(records))
    kit.expect(any(not one.times for one in kit.line.armed), "Your client never made the call that was to go wrong.")
    kit.expect_there(records)
    kit.expect(
        all(version == 1 for version in kit.versions(map(case, range(35, 45))).values()),
        "New cases were written twice.",
    )


@step("finds a line that breaks, and a registry without time", "Wait as long as Retry-After says, then send it again.")
def busy(kit: Kit) -> None:
    """Broken before anything was done; 503 and 429 with the seconds to wait."""
    records = [*kit.sent.values(), *map(case, range(45, 50))]
    kit.line.arm(Armed(CASES), Armed(CASES, status=503, retry_after=2), Armed(CASES, status=429, retry_after=3))
    before = len(kit.line.calls)
    kit.expect_done(kit.push(records))
    kit.expect_met()
    kit.expect_there(records)
    calls = [one for one in kit.line.calls[before:] if one.path.startswith(CASES)]
    for place, wait in ((1, 2), (2, 3)):
        if len(calls) > place + 1:
            waited = calls[place + 1].at - calls[place].at
            kit.expect(waited >= wait - 0.05, f"Told to wait {wait} seconds, your client came after {waited:.1f}.")


@step("has a token that ends before its time, and clocks that differ", "On 401 ask for a new token, once.")
def early_end(kit: Kit) -> None:
    """The registry's clock says another day."""
    kit.line.date = "Thu, 01 Jan 2026 00:00:00 GMT"
    kit.line.arm(Armed(CASES, status=401))
    records = [*kit.sent.values(), *map(case, range(50, 53))]
    kit.expect_done(kit.push(records))
    kit.expect_met()
    kit.expect_there(records)


@step("has bad records among good ones", "Good records land; end otherwise than with 0, so that somebody looks.")
def bad_records(kit: Kit) -> None:
    """A municipality that is not there, and a record without a day."""
    good = list(map(case, range(53, 56)))
    no_place, no_day = case(56, municipality="AL-99-NOWHERE"), case(57)
    no_day.pop("signalled_on")
    before = dict(kit.sent)
    ended = kit.push([*kit.sent.values(), no_place, *good, no_day], runs=2)
    kit.expect(ended != 0, "Your client ended with 0 though two records were refused: nobody would notice.")
    kit.expect_there(good)
    for bad in (no_place, no_day):
        kit.expect(kit.rows(bad["reference"]) == [], f"{bad['reference']} was opened with values that nobody sent.")
    kit.sent = before | {one["reference"]: one for one in good}


@step("takes over all that it may see", "GET /changes/ without a cursor, until has_more is false.")
def first_pull(kit: Kit) -> None:
    """From the beginning."""
    kit.expect_done(kit.pull())
    kit.expect_held()


@step("takes over a change though an answer of the feed is lost", "Keep a page and its cursor together; ask again.")
def lost_page(kit: Kit) -> None:
    """Read once by the registry, never heard by the client."""
    kit.person_changes(case(8)["reference"], risk="immediate")
    kit.line.arm(Armed(CHANGES, is_done_first=True))
    kit.expect_done(kit.pull())
    kit.expect_met()
    kit.expect_held()
    kit.sent[case(8)["reference"]] = case(8, risk="immediate")


@step("is killed while it sends, and while it takes over", "What you remember has to stand before and after a kill.")
def killed(kit: Kit) -> None:
    """SIGKILL when the registry has done its work and the client has not heard of it."""
    records = [*kit.sent.values(), *map(case, range(58, 61))]
    for method in ("POST", "PUT"):
        kit.line.armed.append(Armed(CASES, method, is_done_first=True, then=kit.runner.kill))
    kit.expect_done(kit.push(records))
    kit.expect_there(records)
    kit.person_changes(case(9)["reference"], risk="immediate")
    kit.line.arm(Armed(CHANGES, is_done_first=True, then=kit.runner.kill))
    kit.expect_done(kit.pull())
    kit.expect_met()
    kit.expect_held()
    kit.sent[case(9)["reference"]] = case(9, risk="immediate")


@step("changes what a person has changed too: it waits", "Never send over somebody; do not send again what waits.")
def both_sides(kit: Kit) -> None:
    """The same field, on both sides, and nobody has pulled in between."""
    reference = case(10)["reference"]
    kit.person_changes(reference, risk="immediate")
    kit.sent[reference] = case(10, risk="low")
    for _time in range(3):
        kit.push(kit.sent.values(), runs=1)
    kit.expect(kit.row(reference).risk == "immediate", "What a person had written was overwritten.")
    kit.expect(len(kit.waiting(reference)) == 1, f"{len(kit.waiting(reference))} changes wait, and should be one.")


@step("learns that a person decided against its change, and leaves it there", "Read sent_change in the feed.")
def decided(kit: Kit) -> None:
    """After the decision the same file comes again and again."""
    reference = case(10)["reference"]
    kit.person_drops(reference)
    for _time in range(2):
        kit.pull()
        kit.push(kit.sent.values(), runs=1)
    kit.expect(kit.row(reference).risk == "immediate", "Your client wrote over what a person had decided.")
    kit.expect(kit.waiting(reference) == [], "Your client asks a person anew what was decided already.")
    kit.expect_done(kit.pull())
    kit.expect_held()


@step("changes one field after a person changed another, which it has pulled", "Send only the fields that changed.")
def other_field(kit: Kit) -> None:
    """The file still says the old value of what the person changed."""
    reference = case(11)["reference"]
    kit.person_changes(reference, risk="immediate")
    kit.pull()
    kit.sent[reference] = case(11, identity={"first_name": "Tjetra"})
    kit.push(kit.sent.values(), runs=1)
    kit.expect(kit.row(reference).risk == "immediate", "An old value of your file was written over a newer one.")
    name = (
        Identity.objects.unscoped("the kit looks into its own registry").get(case=kit.row(reference)).data["first_name"]
    )
    is_there = name == "Tjetra" or bool(kit.waiting(reference))
    kit.expect(is_there, "What had changed in your file was never sent.")


@step("loses a case to another unit", "On gone delete what you hold, and do not open the case anew.")
def gone(kit: Kit) -> None:
    """The file still holds it, and changes it."""
    reference = case(12)["reference"]
    code = kit.goes_elsewhere(reference)
    kit.expect_done(kit.pull())
    kit.expect(("case", code) not in kit.held(), "Your client still holds a case that left its sight.")
    kit.sent[reference] = case(12, identity={"first_name": "Tjetra"})
    kit.push(kit.sent.values(), runs=2)
    kit.expect(kit.rows(reference) == [], "Your client opened a second case of a child that another unit helps.")
    kit.sent.pop(reference)
    kit.expect_held()


@step("is told to begin again (410)", "Forget the cursor, read from the beginning, drop what is not told.")
def resync(kit: Kit) -> None:
    """And one case has gone in the meantime."""
    reference = case(13)["reference"]
    code = kit.goes_elsewhere(reference)
    kit.restored()
    kit.expect_done(kit.pull())
    kit.expect(("case", code) not in kit.held(), "Your client still holds what was not told from the beginning.")
    kit.expect_held()
    kit.sent.pop(reference)


@step("loses its rights in the middle", "Stop and say so; do not ask on and on.")
def withdrawn(kit: Kit) -> None:
    """Its id and its tokens end."""
    kit.ended()
    before = len(kit.line.calls)
    kit.sent |= {one["reference"]: one for one in [case(61)]}
    kit.expect(kit.push(kit.sent.values(), runs=1) != 0, "Your client ended with 0 though it had no right any more.")
    kit.expect(kit.pull(runs=1) != 0, "Your client ended with 0 though it had no right any more.")
    asked = len(kit.line.calls) - before
    kit.expect(asked <= MOST_CALLS_WITHOUT_RIGHT, f"Your client asked {asked} times without a right.")


@step("gets another id and secret", "A cursor belongs to one client: 410 once more. Nothing is sent twice.")
def new_secret(kit: Kit) -> None:
    """With the same folder for what it remembers."""
    records = list(kit.sent.values())
    before = kit.versions(records)
    kit.new_client()
    kit.expect_done(kit.pull())
    kit.expect_held()
    kit.push(records, runs=2)
    kit.expect_there([case(61)])
    after = kit.versions(records)
    again = [one for one in before if after.get(one) != before[one]]
    kit.expect(not again, f"{len(again)} cases were written again, though nothing had changed.")
