"""What is being written in any form is kept as a draft, encrypted, for its writer alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0004_cache_entry")]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(editable=False, unique=True, verbose_name="code")),
                ("owner", models.UUIDField(verbose_name="owner")),
                ("seat", models.UUIDField(verbose_name="seat")),
                ("form", models.CharField(max_length=300, verbose_name="form")),
                ("thing", models.UUIDField(db_index=True, null=True, verbose_name="thing")),
                ("ciphertext", models.BinaryField(db_column="sealed", verbose_name="encrypted words")),
                ("saved_at", models.DateTimeField(db_index=True, verbose_name="saved at")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "seat", "form"), name="one_draft_per_writer_and_form"
                    )
                ],
            },
        ),
    ]
