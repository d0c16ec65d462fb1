"""One editor of an agenda item, as a process of its own: reads, adds a word, saves; told by what stood, tries again.

Run as ``python -m tests.meetings.editors CODE SEAT NAME EDITS``. Each accepted edit is said on standard output and
flushed, after its transaction has ended: whoever reads along keeps the ledger.
"""

import os
import sys

import django


def main(code: str, seat: str, name: str, edits: int) -> None:
    """Edit the item until so many edits were accepted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "krat.settings")
    django.setup()
    from krat.access.scoping import Stale
    from krat.people.models import Seat
    from meetings import actions
    from meetings.models import AgendaItem

    by = Seat.objects.unscoped("a test's editor").for_request().get(code=seat)
    rows = AgendaItem.objects.visible_to(by).select_related("meeting__body__county", "meeting__kind")
    for number in range(edits):
        word = f"fjala{name}x{number}"
        while True:
            item = rows.get(code=code)
            text = f"{item.discussion} {word}".strip()
            try:
                actions.minute(item, by=by, based_on=item.version, discussion=text, is_done=False)
            except Stale:
                continue
            break
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
