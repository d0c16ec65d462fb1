"""What chains the trail is called a checkpoint; its table keeps the name that its guards bear."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_ciphertext"),
        ("contenttypes", "0002_remove_content_type_name"),  # a renamed model is renamed there, also on the way back
    ]

    operations = [
        migrations.AlterModelTable("Seal", "audit_seal"),
        migrations.RenameModel("Seal", "Checkpoint"),
        migrations.AlterModelOptions(
            "Checkpoint", {"base_manager_name": "objects", "verbose_name": "checkpoint", "abstract": False}
        ),
        migrations.AlterField("checkpoint", "entries", models.JSONField(verbose_name="entries covered")),
        migrations.AlterField(
            "checkpoint",
            "previous",
            models.CharField(blank=True, max_length=64, verbose_name="checkpoint before"),
        ),
    ]
