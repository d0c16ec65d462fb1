"""A form that comes back to its writer is called recovered, not kept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("access", "0001_first")]

    operations = [migrations.RenameModel("KeptForm", "RecoveredForm")]
