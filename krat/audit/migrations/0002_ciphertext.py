"""What is encrypted is called ciphertext; the column keeps its name, to which what stands in it is bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_first")]

    operations = [
        migrations.AlterField(
            "version", "sealed", models.BinaryField(db_column="sealed", verbose_name="encrypted values")
        ),
        migrations.RenameField("version", "sealed", "ciphertext"),
    ]
