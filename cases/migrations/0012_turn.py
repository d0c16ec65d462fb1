"""Which cases come first in a list, reckoned by the database, and the index of a unit's list by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_referral_number_once")]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_by_holder_and_urgency"),
        migrations.AddField(
            model_name="case",
            name="turn",
            field=models.GeneratedField(
                expression=models.Case(
                    models.When(stage__in=["closed", "transferred", "rejected"], then=2),
                    models.When(risk="immediate", then=0),
                    default=1,
                ),
                output_field=models.PositiveSmallIntegerField(),
                db_persist=True,
                verbose_name="turn",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["holder", "turn", "due_at", "-id", "stage", "risk", "clock_minutes"],
                name="case_by_holder_and_turn",
            ),
        ),
    ]
