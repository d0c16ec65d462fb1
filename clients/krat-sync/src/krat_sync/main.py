"""The program: ``krat-sync push FILE``, ``pull [FOLDER]``, ``watch [FOLDER]``, ``status``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, TextIO

import httpx
from tqdm import tqdm

from krat_sync.mirror import Mirror, NotOurs
from krat_sync.registry import Away, Refused, Registry
from krat_sync.store import DROPPED, GONE, REFUSED, WAITS, InUse, Store, describe
from krat_sync.sync import Pulled, Pushed, Sync


class Exit(IntEnum):
    """How the program ends."""

    DONE = 0
    FAULT = 1  # a mistake of the program itself, or a file that cannot be read
    USAGE = 2
    REFUSED = 3  # some records were refused; all others are done
    WAITING = 4  # some records wait for a person, or are gone there; all others are done
    NO_RIGHT = 5  # the registry does not take the client, or what it asks: a person has to look
    IN_USE = 6  # another run works with the same state
    AWAY = 75  # the registry could not be reached, or is busy: come again later, nothing is lost


class Cut(Exception):
    """Asked to end, by a signal."""


def run() -> None:
    """The command."""
    os.umask(0o077)
    sys.exit(main(sys.argv[1:], os.environ))


def main(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    transport: httpx.BaseTransport | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    out: TextIO | None = None,
    err: TextIO | None = None,
    at: Callable[[str], None] = lambda step: None,
) -> Exit:
    """One run; what it says for programs goes to ``out``, for people to ``err``."""
    out, err = out or sys.stdout, err or sys.stderr
    asked = _parser(environment).parse_args(arguments)
    try:
        if asked.verb == "status":
            return _status(asked, out)
        registry = Registry(
            asked.address,
            asked.client_id,
            _secret(asked, environment),
            scope="read" if asked.only_read else "read write",
            transport=transport,
            sleep=sleep,
            clock=clock,
            waits=lambda seconds, why: print(f"waiting {seconds:.0f} s ({why})", file=err),
        )
        with closing(registry), closing(Store(asked.state)) as store:
            return _work(asked, registry, store, out, err, sleep, at)
    except InUse as mistake:
        return _said(err, mistake, Exit.IN_USE)
    except Away as mistake:
        return _said(err, mistake, Exit.AWAY)
    except Refused as mistake:
        return _said(err, mistake, Exit.NO_RIGHT)
    except (OSError, ValueError, NotOurs) as mistake:
        return _said(err, mistake, Exit.FAULT)
    except (Cut, KeyboardInterrupt):
        return _said(err, "Stopped. What was acknowledged is kept.", Exit.AWAY)


def _said(err: TextIO, sentence: object, code: Exit) -> Exit:
    print(sentence, file=err)
    return code


# --- what is asked ---


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    def usual(name: str) -> dict[str, Any]:
        value = environment.get(f"KRAT_{name.upper()}", "")
        return {"default": value or None, "required": not value}

    common = argparse.ArgumentParser(add_help=False)
    home = environment.get("XDG_STATE_HOME") or str(Path("~/.local/state").expanduser())
    common.add_argument(
        "--state", type=Path, default=Path(environment.get("KRAT_STATE") or Path(home) / "krat-sync"), metavar="FOLDER"
    )
    online = argparse.ArgumentParser(add_help=False, parents=[common])
    online.add_argument("--address", help="of the registry (KRAT_ADDRESS)", **usual("address"))
    online.add_argument("--client-id", help="(KRAT_CLIENT_ID)", **usual("client_id"))
    online.add_argument(
        "--secret-file",
        type=Path,
        default=environment.get("KRAT_SECRET_FILE") or None,
        help="a file that holds the secret (KRAT_SECRET_FILE); else KRAT_CLIENT_SECRET",
    )
    online.add_argument("--only-read", action="store_true", help="the client may not write")
    parser = argparse.ArgumentParser(
        prog="krat-sync",
        description="Keeps a municipality's own case system in step with the KRAT registry.",
        epilog="Ends with 0 done; 3 some records refused; 4 some wait for a person; 5 no right; 6 already running;"
        " 75 come again later.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    push = verbs.add_parser("push", parents=[online], help="send what changed in a file")
    push.add_argument("file", type=Path, help="records with their references: NDJSON, or a JSON array")
    push.add_argument("--dry-run", action="store_true", help="change nothing, say how it would end")
    push.add_argument("--anew", action="store_true", help="send every record whole, as if nothing had been sent")
    pull = verbs.add_parser("pull", parents=[online], help="take over what changed")
    watch = verbs.add_parser("watch", parents=[online], help="do both again and again")
    for one in (pull, watch):
        one.add_argument(
            "folder", type=Path, nargs="?", help="where everything is written that the client sees, a file each"
        )
    watch.add_argument("--push", type=Path, metavar="FILE", help="a file that is sent each time, if it is there")
    watch.add_argument("--every", type=float, default=300, metavar="SECONDS")
    watch.add_argument("--times", type=int, default=0, help="how often; 0: until it is stopped")
    status = verbs.add_parser("status", parents=[common], help="say how things stand, without asking the registry")
    status.add_argument("--json", action="store_true", help="for programs")
    return parser


def _secret(asked: argparse.Namespace, environment: Mapping[str, str]) -> str:
    if asked.secret_file is not None:
        return str(asked.secret_file.read_text().strip())
    secret = environment.get("KRAT_CLIENT_SECRET", "")
    if not secret:
        raise ValueError("Name a --secret-file, or set KRAT_CLIENT_SECRET.")
    return secret


# --- what is done ---


def _work(
    asked: argparse.Namespace,
    registry: Registry,
    store: Store,
    out: TextIO,
    err: TextIO,
    sleep: Callable[[float], None],
    at: Callable[[str], None],
) -> Exit:
    def sync(words: str) -> tuple[Sync, tqdm[Any]]:
        bar: tqdm[Any] = tqdm(desc=words, unit="", file=err, disable=None, leave=False)
        return Sync(registry, store, at=at, progress=lambda done: _advance(bar, done)), bar

    def push(file: Path) -> Exit:
        work, bar = sync("sent")
        with closing(bar):
            pushed = work.push(file, dry_run=asked.dry_run, anew=asked.anew)
        if not asked.dry_run:
            store.remember(pushed_at=time.time())
        return _tell_pushed(pushed, out, err)

    def pull() -> Exit:
        work, bar = sync("taken over")
        with closing(bar):
            pulled = work.pull(Mirror(asked.folder) if asked.folder is not None else None)
        store.remember(pulled_at=time.time())
        _tell_pulled(pulled, out)
        return Exit.DONE

    if asked.verb == "push":
        return push(asked.file)
    if asked.verb == "pull":
        return pull()
    asked.dry_run = asked.anew = False
    before = signal.signal(signal.SIGTERM, _cut) if not asked.times else None
    try:
        return _watch(asked, push, pull, err, sleep)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _watch(
    asked: argparse.Namespace,
    push: Callable[[Path], Exit],
    pull: Callable[[], Exit],
    err: TextIO,
    sleep: Callable[[float], None],
) -> Exit:
    rounds, ended = 0, Exit.DONE
    while True:
        try:
            ended = push(asked.push) if asked.push is not None and asked.push.exists() else Exit.DONE
            pull()
        except Away as mistake:  # it goes on when the registry is there again
            ended = _said(err, mistake, Exit.AWAY)
        rounds += 1
        if rounds == asked.times:
            return ended
        sleep(asked.every)


def _cut(number: int, frame: object) -> None:
    raise Cut


def _advance(bar: tqdm[Any], done: int) -> None:
    bar.update(done - bar.n)


# --- what is told ---


def _tell_pushed(pushed: Pushed, out: TextIO, err: TextIO) -> Exit:
    for one in pushed.refusals:
        print(f"line {one['line']}, {one['reference'] or 'no reference'}: {one['why']}", file=err)
    print(json.dumps({"records": pushed.records, **pushed.counts}), file=out)
    if pushed.counts.get("refused"):
        return Exit.REFUSED
    if pushed.counts.get("quarantined") or pushed.counts.get(GONE):
        return Exit.WAITING
    return Exit.DONE


def _tell_pulled(pulled: Pulled, out: TextIO) -> None:
    told = {"upserts": pulled.upserts, "gone": pulled.gone, "from_the_beginning": pulled.began_again}
    print(json.dumps(told), file=out)


def _status(asked: argparse.Namespace, out: TextIO) -> Exit:
    if not (asked.state / "state.sqlite3").exists():
        raise ValueError(f"Nothing was sent or taken over with {asked.state} yet.")
    with closing(Store(asked.state, alone=False)) as store:
        told: dict[str, Any] = {
            "pushed_at": _moment(store.word("pushed_at")),
            "pulled_at": _moment(store.word("pulled_at")),
            "is_whole": bool(store.word("is_whole")),
            "sent": store.counts(),
            "held": store.held_counts(),
            "unanswered_calls": store.unanswered(),
            "to_look_at": [describe(one) for one in store.in_state(WAITS, DROPPED, REFUSED, GONE)],
        }
    if asked.json:
        print(json.dumps(told, indent=1), file=out)
    else:
        _print_status(told, out)
    return Exit.WAITING if told["to_look_at"] else Exit.DONE


def _print_status(told: Mapping[str, Any], out: TextIO) -> None:
    def say(line: str) -> None:
        print(line, file=out)

    say(f"last sent:        {told['pushed_at'] or 'never'}")
    say(f"last taken over:  {told['pulled_at'] or 'never'}{'' if told['is_whole'] else ' (not to the end yet)'}")
    say(f"references sent:  {_counted(told['sent'])}")
    say(f"things in sight:  {_counted(told['held'])}")
    if told["unanswered_calls"]:
        say(f"not answered yet: {told['unanswered_calls']} calls; the next push sends them again")
    for one in told["to_look_at"]:
        say(f"  {one['reference']}: {_WORDS[one['state']]}{': ' + one['why'] if one['why'] else ''}")


_WORDS = {
    WAITS: "waits until a person in the registry decides",
    DROPPED: "a person in the registry decided to leave the case as it stands there",
    REFUSED: "was refused",
    GONE: "is not within sight in the registry any more, and is not sent",
}


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none"


def _moment(word: str) -> str | None:
    return datetime.fromtimestamp(float(word), UTC).isoformat(timespec="seconds") if word else None
