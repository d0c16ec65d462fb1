"""The clock of a stage is called what the law calls it: its deadline."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_first"),
        ("contenttypes", "0002_remove_content_type_name"),  # a renamed model is renamed there, also on the way back
    ]

    operations = [migrations.RenameModel("Clock", "StageDeadline")]
