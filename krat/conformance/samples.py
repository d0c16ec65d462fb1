"""Sample data: plainly invented cases as a municipality's system would send them, with what clients stumble over.

References with blanks, points and slashes, letters of the Albanian alphabet, empty fields, members that are left out.
"""

from __future__ import annotations

from typing import Any

Sample = dict[str, Any]

MUNICIPALITY = "AL-02-SHIJAK"
_FIRST = ("Shembulla", "Shembull", "Provë", "Çelë", "Ëndër", "Gjyzela", "Xheni", "Rrezja", "Thëllënza", "Zhurma")
_CONCERNS = (["begging"], ["street_situation", "begging"], ["neglect"])


def case(number: int, **change: Any) -> Sample:
    """The case with this number, always the same; ``change`` says what is otherwise in it."""
    record: Sample = {
        "reference": f"Nr. {number}/26" if number % 3 else f"KARTELA-{number}",
        "municipality": MUNICIPALITY,
        "signalled_on": f"2026-03-{number % 28 + 1:02}",
        "source": ("police", "school", "health_centre")[number % 3],
        "concerns": _CONCERNS[number % 3],
        "risk": ("low", "medium", "high")[number % 3],
        "identity": {
            "first_name": _FIRST[number % 10],
            "last_name": f"Shembulli {_FIRST[number // 10 % 10]}",
            "father_name": None if number % 4 else "Shembull",
            "birth_date": f"{2012 + number % 5}-0{number % 9 + 1}-14",
            "sex": ("female", "male")[number % 2],
        },
    }
    identity = record["identity"] | change.pop("identity", {})
    return record | {"identity": identity} | change
