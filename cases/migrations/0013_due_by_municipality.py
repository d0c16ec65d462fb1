"""Open cases by how they stand are kept counts now; what runs out today is found by municipality and day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0012_turn")]

    operations = [
        migrations.RemoveIndex("case", "case_by_municipality"),
        migrations.AddIndex(
            "case", models.Index(fields=["municipality", "due_at"], name="case_by_municipality_and_due")
        ),
    ]
