"""Deadlines that nothing reads told people of clocks that do not run. They come back with what is built for them."""

from django.db import migrations

UNUSED = (
    "quarterly_report",
    "half_year_report",
    "yearly_report",
    "emergency_service",
    "emergency_to_court",
    "transfer",
    "breach_notice",
    "emergency_access",
    "emergency_access_review",
)


def remove(apps, schema_editor):
    apps.get_model("reference", "Deadline").objects.using(schema_editor.connection.alias).filter(
        code__in=UNUSED
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("reference", "0003_what_a_deadline_counts_from")]

    operations = [migrations.RunPython(remove, migrations.RunPython.noop)]
