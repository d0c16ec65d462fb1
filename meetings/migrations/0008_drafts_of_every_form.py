"""Drafts of minutes become drafts as every form has them: what somebody is writing at that moment goes along."""

import uuid
from urllib.parse import urlencode

from django.db import migrations

from krat.access import crypto


def _old_place(code):
    return f"meetings_minutedraft:sealed:{code}"


def _new_place(draft):
    return f"access_draft:sealed:{draft.code}:{draft.owner}:{draft.seat}:{draft.form}"


def carry_over(apps, schema_editor):
    """Each draft becomes one of its item's form, with the version it was begun on; one that does not open is left."""
    draft_model = apps.get_model("access", "Draft")
    rows = apps.get_model("meetings", "MinuteDraft")._base_manager.select_related("item", "seat__user")
    for old in rows.iterator():
        try:
            text = crypto.decrypt(old.ciphertext, place=_old_place(old.code))
        except crypto.DecryptionError:
            continue
        words = {"version": old.based_on, "discussion": text}
        if old.item.is_done:
            words["is_done"] = "on"
        draft = draft_model(
            code=uuid.uuid4(),
            owner=old.seat.user.code,
            seat=old.seat.code,
            form=f"/meetings/items/{old.item.code}/#",
            thing=old.item.code,
            saved_at=old.saved_at,
        )
        draft.ciphertext = crypto.encrypt(urlencode(words), place=_new_place(draft))
        draft.save(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_draft"),
        ("meetings", "0007_numbers_say_their_body"),
        ("people", "0001_first"),
    ]

    operations = [
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.DeleteModel("MinuteDraft"),
    ]
