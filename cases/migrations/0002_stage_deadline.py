"""The clock of a stage is called what the law calls it: its deadline."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_first")]

    operations = [migrations.RenameModel("Clock", "StageDeadline")]
