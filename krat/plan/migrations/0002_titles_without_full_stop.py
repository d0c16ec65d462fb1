"""Titles of tasks stand in lists without the full stop of the sentence they were; an abbreviation keeps its own."""

from django.db import migrations

# As the registry knew them on the day of this migration; what it shortens later is no matter of it.
ABBREVIATIONS = frozenset(
    """
    adm arsim bashk d.m.th dep dept dhj dmth dok dr drejt drejtor dt ekon etj fq gjith insp inst kap komis koord kont
    lgj llog ministr nent njes nr org p.sh parag pg pol pref prof prot psh qarsh qersh rr rreg sekt shën shoq shp shtat
    soc spec tel tet urdh vol zn znj zv zyr
    """.split()
)


def tidy(title):
    title = " ".join(title.split())
    if not title.endswith(".") or title.endswith(".."):
        return title
    words = title[:-1].split()
    last = words[-1].lstrip('(“"«„').casefold() if words else ""
    if not last or last in ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
        return title
    return title[:-1].rstrip()


def shorten(apps, schema_editor):
    tasks = apps.get_model("plan", "Task").objects.using(schema_editor.connection.alias)
    for task in tasks.filter(title__endswith=".").order_by("pk").iterator(chunk_size=1000):
        title = tidy(task.title)
        if title != task.title:
            tasks.filter(pk=task.pk).update(title=title)


class Migration(migrations.Migration):
    dependencies = [("plan", "0001_first")]

    operations = [migrations.RunPython(shorten, migrations.RunPython.noop)]
