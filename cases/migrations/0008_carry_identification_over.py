"""Whatever a case stands by without an act gets one that says so. What is encrypted in it is empty: no key is needed."""

from django.db import migrations

import cases.crypto


def carry_over(apps, schema_editor):
    alias = schema_editor.connection.alias
    acts = apps.get_model("cases", "Identification").objects.using(alias)
    standing = apps.get_model("cases", "Case").objects.using(alias).exclude(victim_status="at_risk")
    rows = standing.values_list("pk", "victim_status").iterator()
    acts.bulk_create(
        (acts.model(case_id=pk, kind="carried_over", result=status) for pk, status in rows), batch_size=500
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_identification_is_an_act")]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        # The same bytes in the same column: only the code reads them otherwise.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "identification", "data", cases.crypto.EncryptedJSONField(db_column="words")
                )
            ]
        ),
    ]
