"""Before a run, in a process of its own: the database filled, the plain copy made, a client, and what turns are about.

    python -m bench.prepare CASES SEED

Says what it did on standard error; the last line of standard output is what `bench` hands to every side (JSON).
"""

import io
import json
import os
import re
import subprocess
import sys
import time
from typing import Any

from bench import papers
from bench.side import HOLDER, PLACE

REFERENCES, PEOPLE = 1000, 500


def say(line: str) -> None:
    """A line for people."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def fill(cases: int, seed: int) -> None:
    """Fill the database where it is empty, and the plain one after it."""
    from django.core.management import call_command
    from django.db import connection

    from bench.plain import copy, models
    from krat.demo import many

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not many.is_there(seed):
        call_command("demo", if_empty=True, stdout=io.StringIO())
        started = time.monotonic()
        call_command("demo", cases=cases, seed=seed, stdout=io.StringIO())
        took = time.monotonic() - started
        say(f"demo --cases {cases} --seed {seed}: {took:.0f} s, {cases / took:.0f} cases/s")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    papers.fill(cases, seed)
    if "BENCH_PLAIN_URL" not in os.environ:
        return
    # Another project, with settings of its own.
    plain = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.plain.settings"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v", "0"], env=plain, check=True)
    if not models.Case.objects.using(copy.USING).exists():
        started = time.monotonic()
        copy.fill()
        say(f"The plain copy: {time.monotonic() - started:.0f} s")


def choices(seed: int) -> dict[str, Any]:
    """A client with its secret, cases by their reference, and beginnings of names, all of one big municipality."""
    from django.core.management import call_command
    from django.utils import timezone

    from cases.models import Case, Identity
    from cases.models.keys import fetch_keys
    from cases.models.stages import OVER

    why = "the benchmark chooses what it measures"
    of_unit = Case.objects.unscoped(why).filter(holder__code=HOLDER, municipality__code=PLACE).order_by("pk")
    rows = of_unit.filter(kind="child", reference__startswith=f"S{seed}-").exclude(stage__in=OVER)
    found = [
        {"reference": reference, "day": day.isoformat()}
        for reference, day in rows.values_list("reference", "signalled_on")[:REFERENCES]
    ]
    if not found:
        raise SystemExit("Too few cases to measure anything: CASES=1000 is enough.")
    people = list(Identity.objects.unscoped(why).filter(case__in=of_unit.values("pk")).order_by("pk")[:PEOPLE])
    fetch_keys(people)
    names = [(one.data["first_name"], one.data["last_name"]) for one in people]
    said = io.StringIO()
    call_command("apiclient", "create", HOLDER, name="Bench", write=True, stdout=said)
    client = dict(re.findall(r"(client_id|client_secret)=(\S+)", said.getvalue()))
    return {
        "client": client,
        "today": timezone.localdate().isoformat(),
        "cases": found,
        "papers": papers.beginnings(seed),
        "words": [f"{first[:4]} {last[:5]}" for first, last in names if len(first) > 3 and len(last) > 4],
    }


def main() -> None:
    """Prepare, and say what was chosen."""
    cases, seed = (int(one) for one in sys.argv[1:])
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    fill(cases, seed)
    sys.stdout.write(json.dumps(choices(seed)) + "\n")


if __name__ == "__main__":
    main()
