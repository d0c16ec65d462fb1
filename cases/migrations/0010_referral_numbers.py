"""Referrals get a number of their own in their county and year, and say whether contact goes only through the unit."""

from collections import Counter
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

_BATCH = 2000


def number(apps: Any, schema_editor: Any) -> None:
    """Those that are there are numbered in the order in which they were sent."""
    referral, series = apps.get_model("cases", "Referral"), apps.get_model("cases", "Series")
    last: Counter[tuple[int, int]] = Counter()
    rows = referral.objects.order_by("sent_at", "pk")
    batch = []
    for pk, sent_at, county in list(rows.values_list("pk", "sent_at", "case__municipality__county")):
        year = timezone.localdate(sent_at).year
        last[county, year] += 1
        batch.append(referral(pk=pk, county_id=county, year=year, number=last[county, year]))
    for first in range(0, len(batch), _BATCH):
        referral.objects.bulk_update(batch[first : first + _BATCH], ["county", "year", "number"])
    for (county, year), of_year in last.items():
        series.objects.create(of="referrals", county_id=county, year=year, last=of_year)


def forget(apps: Any, schema_editor: Any) -> None:
    """On the way back, so that they can be numbered again."""
    apps.get_model("cases", "Series").objects.filter(of="referrals").delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_urgency"), ("reference", "0002_lists_of_cases")]

    operations = [
        migrations.AlterField(
            model_name="series",
            name="of",
            field=models.CharField(
                choices=[("cases", "cases"), ("cards", "cards"), ("referrals", "referrals")], max_length=10
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="contact_via_unit",
            field=models.BooleanField(default=False, verbose_name="contact only through the child protection unit"),
        ),
        migrations.AddField(
            model_name="referral",
            name="county",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reference.county",
                verbose_name="county",
            ),
        ),
        migrations.AddField(
            model_name="referral", name="year", field=models.PositiveSmallIntegerField(null=True, verbose_name="year")
        ),
        migrations.AddField(
            model_name="referral", name="number", field=models.PositiveIntegerField(null=True, verbose_name="number")
        ),
        migrations.RunPython(number, forget),
    ]
