#!/usr/bin/env bash
# phonenumbers 9.0.43: with Leniency.VALID the matcher takes a day, as written here, for a telephone number in Italy.
#
# Whoever looks for telephones in Albanian minutes asks for more than one land (families have numbers of Italy, Greece
# and Kosovo). PhoneNumberMatcher leaves out what looks like a day with slashes; with dots, "04.09.2019", it is given as a
# valid Italian fixed line, because these may be short and begin with 0. "18.10.2026" is none: which days are taken
# depends on their first digit, so that a test with another day passes. Of a protocol number, "0597 04.09.2019", the
# matcher takes number and day of the month together. STRICT_GROUPING takes none of them; for Albania, Greece and Kosovo
# nothing is found.
# Seen: the lines at the end.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'phonenumbers==9.0.43'
cat > look.py <<'PY'
from phonenumbers import Leniency, PhoneNumberMatcher

SENTENCES = [
    "Mbledhja u mbajt më 04.09.2019.",
    "Mbledhja u mbajt më 04/09/2019.",
    "Mbledhja u mbajt më 18.10.2026.",
    "Protokolli 0597 04.09.2019.",
]
for sentence in SENTENCES:
    found = [
        f"{region} {name} {one.raw_string!r}"
        for region in ("AL", "IT", "GR", "XK")
        for name in ("VALID", "STRICT_GROUPING")
        for one in PhoneNumberMatcher(sentence, region, leniency=getattr(Leniency, name))
    ]
    print(sentence, "; ".join(found) or "nothing")
PY
env/bin/python look.py | tee said
diff - said <<'SAID' || { echo 'CHANGED'; exit 1; }
Mbledhja u mbajt më 04.09.2019. IT VALID '04.09.2019'
Mbledhja u mbajt më 04/09/2019. nothing
Mbledhja u mbajt më 18.10.2026. nothing
Protokolli 0597 04.09.2019. IT VALID '0597 04'
SAID
