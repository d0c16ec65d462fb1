"""An entry may name several things of one kind. Older ones name one each, and stay as they are."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_bound_versions")]

    operations = [
        migrations.AddField(
            "entry",
            "things",
            models.JSONField(blank=True, editable=False, null=True, verbose_name="codes of the things"),
        ),
        migrations.CreateModel(
            "EntryThing",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("thing_code", models.CharField(max_length=40, verbose_name="code of the thing")),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="audit.entry",
                        verbose_name="trail entry",
                    ),
                ),
            ],
            options={
                "verbose_name": "thing of a trail entry",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["thing_code", "entry"], name="entry_by_one_of_its_things")],
            },
        ),
    ]
