"""Versions are bound to thing, actor and time, and checkpoints to their day and to the versions they cover.

Rows from before get their keyed hash here, once; after this there is no row without one, and no other way of reading
them. What the hashes cover stays as it was: every encrypted value opens as before.
"""

import hashlib
import json

from django.db import migrations, models

from krat.access import crypto

TRIGGERS = ("update", "delete", "truncate")
AT_ONCE = 1000


def let_change(apps, schema_editor):
    """The guards of the tables step aside; they stand again after every migration (``post_migrate``)."""
    for table in ("audit_seal", "audit_version"):
        for verb in TRIGGERS:
            on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}{on}")


def bind(apps, schema_editor):
    using = schema_editor.connection.alias
    for name, content, use in (
        ("Checkpoint", of_checkpoint, "trail-checkpoint"),
        ("Version", of_version, "trail-version"),
    ):
        rows = apps.get_model("audit", name).objects.using(using)
        last = 0
        while some := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
            for one in some:
                one.mac = crypto.keyed_hash(json.dumps(content(one)).encode(), use=use)
            rows.bulk_update(some, ["mac"])
            last = some[-1].pk


def of_checkpoint(one):
    return [one.at.isoformat(), one.up_to, one.entries, one.previous, one.digest, 0, [], []]


def of_version(one):
    words = hashlib.sha256(bytes(one.ciphertext)).hexdigest()
    return [str(one.code), one.at.isoformat(), str(one.actor), one.actor_words, one.thing_type, one.thing_code, words]


def hash_of(name, **more):
    return models.CharField(max_length=64, verbose_name=name, **more)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_checkpoint")]

    operations = [
        migrations.RunPython(let_change, let_change),
        migrations.AlterField("checkpoint", "at", models.DateTimeField(verbose_name="at")),
        migrations.AlterField("version", "at", models.DateTimeField(verbose_name="at")),
        migrations.AddField(
            "checkpoint",
            "versions_up_to",
            models.PositiveBigIntegerField(default=0, verbose_name="up to version"),
        ),
        migrations.AddField("checkpoint", "versions", models.JSONField(default=list, verbose_name="versions covered")),
        migrations.AddField("checkpoint", "mac", hash_of("keyed hash of the row", default=""), preserve_default=False),
        migrations.AddField("version", "mac", hash_of("keyed hash", default=""), preserve_default=False),
        migrations.RunPython(bind, let_change),
    ]
