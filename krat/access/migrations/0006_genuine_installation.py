"""The row that says which installation this is gets bound to the keys, so that nobody without them makes another."""

from django.db import migrations, models

from krat.access import crypto


def bind(apps, schema_editor):
    installation = apps.get_model("access", "Installation")
    for one in installation.objects.using(schema_editor.connection.alias):
        one.mac = crypto.keyed_hash(f"{one.code}:{one.kind}".encode(), use="installation")
        one.save(update_fields=["mac"])


class Migration(migrations.Migration):
    dependencies = [("access", "0005_draft")]

    operations = [
        migrations.AddField(
            "installation",
            "mac",
            models.CharField(blank=True, default="", editable=False, max_length=64, verbose_name="keyed hash"),
            preserve_default=False,
        ),
        migrations.RunPython(bind, migrations.RunPython.noop),
    ]
