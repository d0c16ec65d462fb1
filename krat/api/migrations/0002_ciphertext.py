"""What is encrypted is called ciphertext; the column keeps its name, to which what stands in it is bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_first")]

    operations = [
        migrations.AlterField(
            "idempotentanswer", "sealed", models.BinaryField(db_column="sealed", default=b"", verbose_name="encrypted answer")
        ),
        migrations.RenameField("idempotentanswer", "sealed", "ciphertext"),
    ]
