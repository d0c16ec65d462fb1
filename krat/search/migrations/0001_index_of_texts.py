"""The index of the search, by each database's own index of words. Its triggers are made when all migrations have run
(``post_migrate``); that of SQLite's words stands on the index alone, and is made here."""

from django.db import migrations, models

import krat.search.models

_POSTGRESQL = ["CREATE INDEX indexed_by_words ON search_indexed USING gin (to_tsvector('simple'::regconfig, words))"]
_SQLITE = [
    "CREATE VIRTUAL TABLE search_indexed_words USING fts5"
    " (words, content='search_indexed', content_rowid='id', tokenize='ascii', prefix='2 3')",
    "CREATE TRIGGER krat_indexed_insert AFTER INSERT ON search_indexed BEGIN"
    " INSERT INTO search_indexed_words (rowid, words) VALUES (NEW.id, NEW.words); END",
    "CREATE TRIGGER krat_indexed_delete AFTER DELETE ON search_indexed BEGIN"
    " INSERT INTO search_indexed_words (search_indexed_words, rowid, words) VALUES ('delete', OLD.id, OLD.words); END",
    "CREATE TRIGGER krat_indexed_update AFTER UPDATE ON search_indexed BEGIN"
    " INSERT INTO search_indexed_words (search_indexed_words, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
    " INSERT INTO search_indexed_words (rowid, words) VALUES (NEW.id, NEW.words); END",
]


def index_words(apps, schema_editor):
    for statement in _SQLITE if schema_editor.connection.vendor == "sqlite" else _POSTGRESQL:
        schema_editor.execute(statement)


def index_no_more(apps, schema_editor):
    """On the way back the triggers go before the tables into which they write."""
    from krat.search import triggers

    triggers.remove(schema_editor.connection)
    if schema_editor.connection.vendor == "sqlite":
        for name in ("krat_indexed_insert", "krat_indexed_delete", "krat_indexed_update"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        schema_editor.execute("DROP TABLE IF EXISTS search_indexed_words")
    else:
        schema_editor.execute("DROP INDEX IF EXISTS indexed_by_words")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Indexed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("thing", models.BigIntegerField()),
                ("number", models.CharField(blank=True, max_length=80)),
                ("words", krat.search.models.FoldedField()),
            ],
            options={"verbose_name": "indexed text"},
        ),
        migrations.CreateModel(
            name="Unindexed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("thing", models.BigIntegerField()),
            ],
            options={"verbose_name": "text to be indexed"},
        ),
        migrations.AddConstraint(
            model_name="indexed",
            constraint=models.UniqueConstraint(fields=("kind", "thing"), name="thing_indexed_once"),
        ),
        migrations.RunPython(index_words, index_no_more),
    ]
