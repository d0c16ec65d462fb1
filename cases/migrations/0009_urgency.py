"""How long the running clock of a case is, so that lists can be sorted by how late it is for that length."""

from typing import Any

from django.db import migrations, models

_BATCH = 2000


def fill(apps: Any, schema_editor: Any) -> None:
    """The length of each running clock, from when its stage began."""
    case, clock = apps.get_model("cases", "Case"), apps.get_model("cases", "StageDeadline")
    running = clock.objects.filter(met_at=None, due_at__isnull=False).order_by("pk")
    batch = []
    for case_id, since, due in running.values_list("case_id", "starts_at", "due_at").iterator(chunk_size=_BATCH):
        batch.append(case(pk=case_id, clock_minutes=max(1, round((due - since).total_seconds() / 60))))
        if len(batch) == _BATCH:
            case.objects.bulk_update(batch, ["clock_minutes"])
            batch = []
    case.objects.bulk_update(batch, ["clock_minutes"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_carry_identification_over")]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_by_holder_and_urgency"),
        migrations.AddField(
            model_name="case",
            name="clock_minutes",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="length of the clock in minutes"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["holder", "due_at", "-id", "stage", "risk", "clock_minutes"],
                name="case_by_holder_and_urgency",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
