"""``manage.py conformance CLIENT``: check a contractor's client against a throw-away registry."""

import os
import shlex
import subprocess
import sys
import tempfile
import time
import warnings
from argparse import REMAINDER, ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connection

from krat.conformance import runners, serving
from krat.conformance.kit import STEPS, Kit
from krat.conformance.misbehaving import Misbehaving

PLACE = "KRAT_CONFORMANCE"  # the folder of the registry that is thrown away; set for the process that serves it


class Command(BaseCommand):
    """Open a registry of invented cases, let it misbehave, and say what the client made of it."""

    help = (
        "Check a client: CLIENT is run as `CLIENT push FILE` and `CLIENT pull FOLDER`, against a throw-away registry of"
        " invented cases that misbehaves on purpose. Ends with 0 when every step passed. See docs/api.md."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", help="name the steps, and end")
        parser.add_argument("--only", default="", metavar="STEP", help="end after this step")
        parser.add_argument("--by-hand", action="store_true", help="say what to do, and ask how it ended")
        parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder for files and log, which stays")
        parser.add_argument("--port", type=int, default=0)
        parser.add_argument("client", nargs=REMAINDER, metavar="CLIENT", help="a command with its arguments")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            for one in STEPS:
                self.stdout.write(f"{one.name}: the client {one.title}")
            return
        command = [one for one in options["client"] if one != "--"]
        if not command and not options["by_hand"]:
            raise CommandError("Name the client's command, or say --by-hand.")
        if options["only"] and options["only"] not in {one.name for one in STEPS}:
            raise CommandError("There is no such step; --list names them.")
        if PLACE in os.environ:
            self._check(Path(os.environ[PLACE]), command, options["only"], options["port"])
        elif options["keep"] is not None:
            options["keep"].mkdir(mode=0o700, parents=True)
            self._apart(options["keep"])
        else:
            with tempfile.TemporaryDirectory(prefix="krat-conformance-") as place:
                self._apart(Path(place))

    def _apart(self, place: Path) -> None:
        """The same command in a process of its own, whose database lies in that folder: never the one that is here."""
        place = place.resolve()
        environment = os.environ | {
            PLACE: str(place),
            "DATABASE_URL": f"sqlite:///{place / 'registry.sqlite3'}",
            "KRAT_KEYS": str(place / "keys.json"),
            "KRAT_TRAIL_HEAD": str(place / "trail-head"),
            "KRAT_NO_DOTENV": "1",
            "KRAT_DEMO": "1",
            "DEBUG": "0",
            "PLAIN_HTTP": "1",
        }
        for name in ("ALLOWED_HOSTS", "SECRET_KEY", "EMAIL_URL"):
            environment.pop(name, None)
        done = subprocess.run([sys.executable, *sys.argv], env=environment, check=False)
        sys.exit(done.returncode)

    def _check(self, place: Path, command: list[str], only: str, port: int) -> None:
        if Path(str(connection.settings_dict["NAME"])) != place / "registry.sqlite3" or not settings.KRAT_DEMO:
            raise CommandError("This is not the registry that is thrown away.")
        self.stdout.write("Filling a registry of invented cases ...")
        call_command("migrate", verbosity=0)
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123  no path of ours
            call_command("demo", stdout=nowhere)
        settings.API_REQUESTS_A_MINUTE = settings.TOKEN_REQUESTS_A_MINUTE = 100_000
        log = place / "client.log"
        runner: runners.Runner = runners.Program(command, log) if command else runners.Person(self.stdout.write, input)
        warnings.filterwarnings("ignore", "No directory at", UserWarning)  # it serves no page
        inner = get_wsgi_application()
        line = Misbehaving(inner, time.monotonic)
        with serving.served(line, port) as address:
            kit = Kit(runner, place, address, inner, line)
            self.stdout.write(f"It answers on {address}. Client: {shlex.join(command) or 'by hand'}\n")
            names = [one.name for one in STEPS]
            steps = STEPS[: names.index(only) + 1] if only else STEPS
            results = kit.check(steps, lambda result: self.stdout.write(serving.line_of(result)))
        for said in serving.report(results, steps):
            self.stdout.write(said)
        if any(not one.is_passed for one in results):
            if command:
                self.stdout.write(f"What your client said stands in {log} (--keep FOLDER keeps it).")
            sys.exit(1)
