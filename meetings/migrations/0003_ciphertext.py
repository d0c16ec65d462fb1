"""What is encrypted is called ciphertext; the column keeps its name, to which what stands in it is bound."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("meetings", "0002_item_may_be_a_card")]

    operations = [
        migrations.AlterField(
            "minutedraft", "sealed", models.BinaryField(db_column="sealed", verbose_name="encrypted text")
        ),
        migrations.RenameField("minutedraft", "sealed", "ciphertext"),
    ]
