"""A form that comes back to its writer is called recovered, not kept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_first"),
        ("contenttypes", "0002_remove_content_type_name"),  # a renamed model is renamed there, also on the way back
    ]

    operations = [migrations.RenameModel("KeptForm", "RecoveredForm")]
