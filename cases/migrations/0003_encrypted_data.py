"""What is encrypted in a row is called its data; the column keeps its name, to which what stands in it is bound."""

from django.db import migrations

import cases.crypto

_MODELS = (
    "aidpart",
    "counsellingpart",
    "identity",
    "note",
    "obstacle",
    "referral",
    "schoolpart",
    "sentchange",
    "signalwords",
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_stage_deadline")]

    operations = [
        operation
        for model in _MODELS
        for operation in (
            migrations.AlterField(model, "words", cases.crypto.EncryptedJSONField(db_column="words")),
            migrations.RenameField(model, "words", "data"),
        )
    ]
