"""Sign-in counts in a table of our own; the table of Django's cache, which forgets, goes. It held minutes only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0003_ciphertext")]

    operations = [
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.CharField(max_length=64, unique=True, verbose_name="keyed hash")),
                ("value", models.JSONField(verbose_name="value")),
                ("until", models.DateTimeField(db_index=True, verbose_name="until")),
            ],
        ),
        # An older version makes it anew when it starts (createcachetable).
        migrations.RunSQL("DROP TABLE IF EXISTS krat_cache", migrations.RunSQL.noop),
    ]
