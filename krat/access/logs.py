"""What the log may hold: the kind of a fault and its place in the code, one line each, and never a value.

An address says which case was opened, an invitation's address is its key, and the text of an exception may quote what
somebody typed (a database's "Key (name)=(…)"). So none of them is written; an incident's number leads from the page to
its line. Knows nothing of Django, so that the server's own lines keep to it as well.
"""

import logging
import re
import secrets
import traceback
from collections.abc import Iterator

OUR_CODE = ("krat", "cases", "meetings")
MOST_FRAMES = 8

# From the first slash on: whatever library speaks, no path, no code and no token follows.
_ADDRESS = re.compile(r"/\S+")


def new_number() -> str:
    """The number of an incident: short enough to be told by telephone."""
    return secrets.token_hex(4).upper()


def causes(mistake: BaseException) -> Iterator[BaseException]:
    """A mistake, and what led to it, the nearest first."""
    seen: set[int] = set()
    following: BaseException | None = mistake
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def kind(mistake: BaseException) -> str:
    """Its class, with the code that the database gave it: ``OperationalError[SQLITE_FULL]``."""
    codes = (getattr(one, "sqlite_errorname", None) or getattr(one, "pgcode", None) for one in causes(mistake))
    code = next((str(one) for one in codes if one), "")
    return f"{type(mistake).__name__}[{code}]" if code else type(mistake).__name__


def place(mistake: BaseException) -> str:
    """Where it happened, and the way there through our own code, the innermost first: ``module:line < module:line``."""
    frames = [
        (str(frame.f_globals.get("__name__", "?")), line) for frame, line in traceback.walk_tb(mistake.__traceback__)
    ]
    frames.reverse()
    ours = [one for one in frames[1:] if one[0].partition(".")[0] in OUR_CODE]
    return " < ".join(f"{module}:{line}" for module, line in [*frames[:1], *ours[:MOST_FRAMES]]) or "-"


class OneLine(logging.Formatter):
    """Formats every record as one line; an exception by its kind and place; others' words without addresses.

    What is ours (``krat.…``, or ``extra={"is_ours": True}``) is written as it is said: it holds no value to begin with.
    """

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        if not (record.name.startswith("krat.") or getattr(record, "is_ours", False)):
            said = _ADDRESS.sub("/…", said)
        mistake = record.exc_info[1] if record.exc_info else None
        if mistake is not None:
            said = f"{said} {kind(mistake)} at {place(mistake)}"
        plain = logging.makeLogRecord({**record.__dict__, "msg": " ".join(said.split()), "args": None})
        plain.exc_info = plain.exc_text = plain.stack_info = None
        return super().format(plain)
