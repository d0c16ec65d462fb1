"""Institutions too stand in the order of keys of digits alone (reference 0007)."""

from importlib import import_module

from django.db import migrations

order = import_module("krat.reference.migrations.0007_order_of_digits")


def _institutions(key):
    def write(apps, schema_editor):
        rows = apps.get_model("committee", "Institution").objects.using(schema_editor.connection.alias)
        order.rewrite(rows, "short_name", key)

    return write


class Migration(migrations.Migration):
    dependencies = [("committee", "0002_successor"), ("reference", "0007_order_of_digits")]

    operations = [migrations.RunPython(_institutions(order.in_digits), _institutions(order.in_signs))]
