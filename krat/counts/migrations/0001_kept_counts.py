"""Counts that the writes keep. The triggers are made when all migrations have run (``post_migrate``)."""

import django.db.models.deletion
from django.db import migrations, models


def nothing(apps, schema_editor):
    pass


def count_no_more(apps, schema_editor):
    """On the way back the triggers go before the table into which they write."""
    from krat.counts import triggers

    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("reference", "0004_unused_deadlines")]

    operations = [
        migrations.CreateModel(
            name="KeptCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(max_length=20)),
                ("first", models.BigIntegerField()),
                ("second", models.BigIntegerField(default=0)),
                ("is_victim", models.BooleanField(default=False)),
                ("year", models.SmallIntegerField(default=0)),
                ("word", models.CharField(max_length=40)),
                ("n", models.IntegerField()),
                ("is_folded", models.BooleanField(default=False)),
                (
                    "place",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reference.municipality",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept count",
                "indexes": [
                    models.Index(fields=["place", "year", "series"], name="kept_count_by_place"),
                    models.Index(fields=["first", "series"], name="kept_count_by_first"),
                ],
            },
        ),
        migrations.RunPython(nothing, count_no_more),
    ]
