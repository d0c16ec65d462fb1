"""What is encrypted is called ciphertext; the column keeps its name, to which what stands in it is bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_recovered_form")]

    operations = [
        migrations.AlterField(
            "recoveredform", "sealed", models.BinaryField(db_column="sealed", verbose_name="encrypted words")
        ),
        migrations.RenameField("recoveredform", "sealed", "ciphertext"),
    ]
