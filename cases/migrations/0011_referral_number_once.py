"""Every referral has its number, once in a county and year; apart from the numbering, which changes rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_referral_numbers")]

    operations = [
        migrations.AlterField(
            model_name="referral",
            name="county",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.county",
                verbose_name="county",
            ),
        ),
        migrations.AlterField(
            model_name="referral", name="year", field=models.PositiveSmallIntegerField(verbose_name="year")
        ),
        migrations.AlterField(
            model_name="referral", name="number", field=models.PositiveIntegerField(verbose_name="number")
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(fields=["county", "year", "number"], name="referral_number_once"),
        ),
    ]
