"""Where a decision's number is written down, it says whose it is: "3/2026" becomes "KRAT 3/2026" or "TT 3/2026"."""

from django.db import migrations

SHORT = {"committee": "KRAT", "table": "TT"}


def say(apps, _schema_editor):
    for task in _tasks(apps):
        if task.source and " " not in task.source:
            task.source = f"{SHORT[task.body.kind]} {task.source}"
            task.save(update_fields=["source"])
    decided = dict(_decided(apps))
    for card in apps.get_model("cases", "Card").objects.exclude(decision=""):
        if " " not in card.decision and card.pk in decided:
            card.decision = f"{SHORT[decided[card.pk]]} {card.decision}"
            card.save(update_fields=["decision"])


def leave_out(apps, _schema_editor):
    for task in _tasks(apps):
        task.source = task.source.rpartition(" ")[2]
        task.save(update_fields=["source"])
    for card in apps.get_model("cases", "Card").objects.exclude(decision=""):
        card.decision = card.decision.rpartition(" ")[2]
        card.save(update_fields=["decision"])


def _tasks(apps):
    rows = apps.get_model("plan", "Task").objects.filter(origin="meeting").exclude(body=None)
    return rows.select_related("body")


def _decided(apps):
    """By which kind of body each card was decided; the last one where several were."""
    rows = apps.get_model("meetings", "Decision").objects.exclude(item__card=None)
    return rows.order_by("item__meeting__held_on", "pk").values_list("item__card", "body__kind")


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0006_freeze_what_was_approved"),
        ("plan", "0001_first"),
        ("cases", "0003_encrypted_data"),
    ]

    operations = [migrations.RunPython(say, leave_out)]
