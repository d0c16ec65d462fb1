"""Minutes approved before papers were stored are stored now, as they read now; how they read then nobody can tell any
more. Every decision writes down whom it charged. It stands by itself: the words, and how they are written down, are
those of this migration, whatever the code says later.
"""

import hashlib
import json

from django.db import migrations, models

BODIES = {"committee": ("KRAT", "Komiteti Rajonal Antitrafik"), "table": ("TT", "Tryeza Teknike")}
ACTS = {
    "order": "Urdhër i Prefektit",
    "regulation": "Rregullore",
    "protocol": "Protokoll",
    "decision": "Vendim i komitetit",
}
OFFICES = {
    "chair": "kryetar",
    "deputy": "zëvendëskryetar",
    "coordinator": "Koordinator i Përgjithshëm",
    "secretary": "sekretar",
    "member": "anëtar",
    "guest": "i ftuar i përhershëm",
}
PRESENCE = {
    "present": "mori pjesë",
    "substitute": "me zëvendësues",
    "excused": "mungoi me arsye",
    "absent": "mungoi",
}
OUTCOMES = {"goes_on": "vazhdon", "closed": "i mbyllur"}
APPROVERS = {"prefect": "Prefekt, kryetar i komitetit", "coordinator": "Koordinator i Përgjithshëm"}
FOLLOW_UP = "Ndjekja e vendimeve"


def freeze(apps, _schema_editor):
    for decision in apps.get_model("meetings", "Decision").objects.filter(charged=[]).order_by("pk"):
        decision.charged = _charged(decision)
        decision.save(update_fields=["charged"])
    Meeting = apps.get_model("meetings", "Meeting")
    ApprovedMinutes = apps.get_model("meetings", "ApprovedMinutes")
    approved = Meeting.objects.filter(minutes="approved", paper=None)
    for meeting in approved.select_related("body__county", "body__act", "kind", "approved_by__institution").order_by("pk"):
        content = _content(apps, meeting)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        ApprovedMinutes.objects.create(
            meeting=meeting, content=text, fingerprint=hashlib.sha256(text.encode()).hexdigest()
        )


def _content(apps, meeting):
    body, by = meeting.body, meeting.approved_by
    act = body.act
    attendance, quorum = _attendance(apps, meeting)
    return {
        "schema": 1,
        "language": "sq",
        "county": {"code": body.county.code, "name": body.county.name, "seat": body.county.seat},
        "body": {
            "kind": body.kind,
            "name": BODIES[body.kind][1],
            "year": body.year,
            "act": f"{ACTS[act.kind]} {act.number}, {act.dated:%d.%m.%Y}" if act else "",
        },
        "number": _number(body, meeting),
        "meeting": {
            "code": str(meeting.code),
            "kind": {"code": meeting.kind.code, "name": meeting.kind.name_sq},
            "held_on": meeting.held_on.isoformat(),
            "starts_at": _hour(meeting.starts_at),
            "ends_at": _hour(meeting.ends_at),
            "place": meeting.place,
            "state": meeting.state,
            "predates_registry": meeting.predates_registry,
        },
        "attendance": attendance,
        "quorum": quorum,
        "items": _items(apps, meeting),
        "next_meeting": None,  # what was convened by then, nobody can tell any more
        "approved": {
            "approved_on": meeting.approved_on.isoformat(),
            "role": {"code": by.role, "name": APPROVERS.get(by.role, by.role)},
            "institution": _named(by.institution),
        },
    }


def _number(body, numbered):
    return f"{BODIES[body.kind][0]} {numbered.number}/{numbered.year}"


def _hour(hour):
    return hour.isoformat("minutes") if hour is not None else None


def _named(institution):
    return {"code": institution.code, "name": institution.name, "short_name": institution.short_name}


def _attendance(apps, meeting):
    places = apps.get_model("committee", "Membership").objects.filter(
        models.Q(ends_on=None) | models.Q(ends_on__gte=meeting.held_on), starts_on__lte=meeting.held_on, body=meeting.body_id
    )
    members = {}
    for one in places.select_related("institution").order_by("-votes", "pk"):
        members.setdefault(one.institution_id, one)
    recorded = apps.get_model("meetings", "Attendance").objects.filter(meeting=meeting).select_related("institution")
    there = {one.institution_id: one for one in recorded}
    rows = []
    for key in members.keys() | there.keys():
        place, row = members.get(key), there.get(key)
        if row is None and meeting.predates_registry:
            continue
        rows.append((row or place).institution)
    told = []
    for institution in sorted(rows, key=lambda one: one.sort_key):
        place, row = members.get(institution.pk), there.get(institution.pk)
        told.append(
            {
                "institution": _named(institution),
                "office": {"code": place.office, "name": OFFICES[place.office]} if place else None,
                "votes": row.votes if row is not None else place.votes,
                "status": {"code": row.status, "name": PRESENCE[row.status]} if row is not None else None,
                "substitute": row.office if row is not None else "",
            }
        )
    voting = sum(one.votes for one in members.values())
    present = sum(1 for row in there.values() if row.votes and row.status in ("present", "substitute"))
    needed = voting * meeting.body.quorum_percent // 100 + 1
    quorum = {
        "is_counted": not meeting.predates_registry,
        "voting": voting,
        "present": present,
        "needed": needed,
        "recorded": len(there),
        "is_reached": present >= needed,
    }
    return told, quorum


def _items(apps, meeting):
    Decision = apps.get_model("meetings", "Decision")
    rows = apps.get_model("meetings", "AgendaItem").objects.filter(meeting=meeting, withdrawn_at=None)
    return [
        {
            "code": str(item.code),
            "position": item.position,
            "kind": item.kind,
            "title": item.title or FOLLOW_UP,
            "rapporteur": _named(item.rapporteur) if item.rapporteur else None,
            "discussion": item.discussion,
            "is_done": item.is_done,
            "decisions": [
                {
                    "code": str(one.code),
                    "number": _number(one.body, one),
                    "text": one.text,
                    "is_recommendation": one.is_recommendation,
                    "charged": one.charged,
                }
                for one in Decision.objects.filter(item=item).select_related("body").order_by("number")
            ],
            "returning": _returning(apps, meeting) if item.kind == "follow_up" else [],
        }
        for item in rows.select_related("rapporteur").order_by("position", "pk")
    ]


def _charged(decision):
    return [
        {
            "lead": _named(task.lead),
            "supporting": [_named(one) for one in task.supporting.order_by("sort_key")],
            "due_on": task.due_on.isoformat() if task.due_on is not None else None,
        }
        for task in decision.tasks.select_related("lead").order_by("pk")
    ]


def _returning(apps, meeting):
    reviews = apps.get_model("meetings", "Review").objects.filter(meeting=meeting)
    found = {
        one.decision_id: {"code": one.outcome, "name": OUTCOMES[one.outcome], "note": one.note} for one in reviews
    }
    day = meeting.held_on
    stood = apps.get_model("meetings", "Decision").objects.filter(
        models.Q(item__meeting__held_on__lt=day) | models.Q(item__meeting__held_on=day, item__meeting__pk__lt=meeting.pk),
        models.Q(closed_at=None)
        | models.Q(closed_at=meeting.pk)
        | models.Q(closed_at__held_on__gt=day)
        | models.Q(closed_at__held_on=day, closed_at__pk__gt=meeting.pk),
        item__meeting__body__kind=meeting.body.kind,
        item__meeting__body__county=meeting.body.county_id,
    )
    return [
        {
            "code": str(one.code),
            "number": _number(one.body, one),
            "taken_on": one.item.meeting.held_on.isoformat(),
            "text": one.text,
            "charged": one.charged,
            "outcome": found.get(one.pk),
        }
        for one in stood.select_related("body", "item__meeting").order_by("item__meeting__held_on", "pk")
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0005_approved_minutes"),
        ("committee", "0001_first"),
        ("people", "0001_first"),
        ("plan", "0001_first"),
        ("reference", "0001_first"),
    ]

    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
