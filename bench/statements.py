"""The same rows by one statement each, written by hand: what the database alone takes."""

import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

LIST = """
SELECT c.code, c.number, c.kind, c.risk, c.stage, c.due_at, c.signalled_on, c.victim_status, c.concerns,
       i.short_name, m.name, t.name_sq, u.name, count(*) OVER () AS total
FROM cases_case c
JOIN committee_institution i ON i.id = c.holder_id
JOIN reference_municipality m ON m.id = c.municipality_id
JOIN reference_term t ON t.id = c.source_id
LEFT JOIN cases_assignment a ON a.case_id = c.id AND a.is_manager AND a.ended_at IS NULL
LEFT JOIN people_seat s ON s.id = a.seat_id
LEFT JOIN people_user u ON u.id = s.user_id
WHERE c.holder_id = %s AND {narrowed}
ORDER BY c.due_at, c.id DESC
LIMIT {most}
"""
_STAGE = "c.stage = %s"
_TOKEN = "c.id IN (SELECT case_id FROM cases_nametoken WHERE token = %s)"  # noqa: S105  # no password

CASE = """
SELECT c.*, {hex_identity} AS words, k.wrapped,
  (SELECT {agg}(x.starts_at) FROM cases_stagedeadline x WHERE x.case_id = c.id) AS clocks,
  (SELECT {agg}(u.name) FROM cases_assignment a JOIN people_seat s ON s.id = a.seat_id
    JOIN people_user u ON u.id = s.user_id WHERE a.case_id = c.id AND a.ended_at IS NULL) AS team,
  (SELECT {hex_x} FROM cases_schoolpart x WHERE x.case_id = c.id) AS school,
  (SELECT {hex_x} FROM cases_aidpart x WHERE x.case_id = c.id) AS aid,
  (SELECT {agg}({hex_x}) FROM cases_counsellingpart x WHERE x.case_id = c.id) AS counselling,
  (SELECT {agg}({hex_x}) FROM cases_referral x WHERE x.case_id = c.id) AS referrals,
  (SELECT {agg}({hex_x}) FROM cases_obstacle x WHERE x.case_id = c.id) AS obstacles,
  (SELECT {agg}({hex_x}) FROM cases_note x WHERE x.case_id = c.id) AS notes,
  (SELECT {agg}({hex_x}) FROM cases_sentchange x WHERE x.case_id = c.id) AS sent
FROM cases_case c
JOIN committee_institution i ON i.id = c.holder_id
JOIN reference_municipality m ON m.id = c.municipality_id
JOIN cases_identity who ON who.case_id = c.id
JOIN cases_datakey k ON k.case_id = c.id
WHERE c.code = %s
"""


def _rows(statement: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def a_page(holder: int, stage: str) -> int:
    """The first page of a unit's list in one stage."""
    return len(_rows(LIST.format(narrowed=_STAGE, most=25), [holder, stage]))


def found(holder: int, tokens: Sequence[str]) -> int:
    """The cases of a unit that bear every token."""
    narrowed = " AND ".join([_TOKEN] * len(tokens))
    return len(_rows(LIST.format(narrowed=narrowed, most=51), [holder, *tokens]))


def a_case(code: uuid.UUID) -> int:
    """A case with everything that belongs to it, still encrypted."""
    if connection.vendor == "postgresql":
        names = {"agg": "json_agg", "hex_x": "encode(x.words, 'hex')", "hex_identity": "encode(who.words, 'hex')"}
    else:
        names = {"agg": "json_group_array", "hex_x": "hex(x.words)", "hex_identity": "hex(who.words)"}
    return len(_rows(CASE.format(**names), [code if connection.vendor == "postgresql" else code.hex]))


def insert(case: dict[str, Any], who: dict[str, str], words: Sequence[str], seat: int) -> int:
    """A new case in the plain tables: a statement for each table, one transaction."""
    now = timezone.now()
    code = uuid.uuid4()
    head = {
        **case,
        "code": code if connection.vendor == "postgresql" else code.hex,
        "version": 1,
        "concerns": json.dumps(case["concerns"]),
        "due_at": now,
        "changed_at": now,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{_insert('plain_case', head)} RETURNING id", list(head.values()))
        (pk,) = cursor.fetchone()
        cursor.execute(_insert("plain_identity", {"case_id": pk, **who}), [pk, *who.values()])
        cursor.executemany(_insert("plain_word", {"case_id": pk, "word": ""}), [(pk, word) for word in words])
        clock = {"case_id": pk, "stage": case["stage"], "deadline": "", "starts_at": now, "due_at": now}
        cursor.execute(_insert("plain_stagedeadline", clock), list(clock.values()))
        place = {"case_id": pk, "seat_id": seat, "is_manager": True, "starts_at": now}
        cursor.execute(_insert("plain_assignment", place), list(place.values()))
    return 1


def _insert(table: str, values: dict[str, Any]) -> str:
    # Names of tables and columns only, and they stand above.
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(['%s'] * len(values))})"  # noqa: S608
