"""References that differ in capitals alone become one under the next rule: the oldest case keeps its own, the others get
``-2``, ``-3`` behind it, so that nothing is put together that a person has not looked at."""

from django.db import migrations
from django.db.models.functions import Lower

_LONGEST = 60


def set_apart(apps, schema_editor):
    cases = apps.get_model("cases", "Case").objects.using(schema_editor.connection.alias)
    taken = {}
    rows = cases.exclude(reference="").annotate(small=Lower("reference")).order_by("pk")
    for pk, holder, reference in rows.values_list("pk", "holder_id", "reference").iterator():
        held = taken.setdefault(holder, set())
        kept, again = reference, 1
        while kept.lower() in held:
            again += 1
            kept = f"{reference[: _LONGEST - len(str(again)) - 1]}-{again}"
        held.add(kept.lower())
        if kept != reference:
            cases.filter(pk=pk).update(reference=kept)


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_name_index")]

    operations = [migrations.RunPython(set_apart, migrations.RunPython.noop)]
