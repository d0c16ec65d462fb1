"""From here on the database refuses to change approved minutes (`krat.audit.triggers`, made when migrating ends)."""

from django.db import migrations

VERBS = ("update", "delete", "truncate")


def stand_by(_apps, _schema_editor):
    """Nothing: the triggers are made after the last migration, on tables as they then are."""


def step_aside(_apps, schema_editor):
    """On the way back the rows may be changed again."""
    for verb in VERBS:
        on = "" if schema_editor.connection.vendor == "sqlite" else " ON meetings_approvedminutes"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS meetings_approvedminutes_refuses_{verb}{on}")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0009_decisions_corrected_and_numbers_of_the_year")]

    operations = [migrations.RunPython(stand_by, step_aside)]
