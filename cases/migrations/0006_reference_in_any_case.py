"""A reference stands once in a unit, in whichever case, and may be written as protocol numbers are."""

import django.core.validators
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_references_apart'),
        ('committee', '0001_first'),
        ('reference', '0002_lists_of_cases'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='case',
            name='case_reference_once_per_holder',
        ),
        migrations.AlterField(
            model_name='case',
            name='reference',
            field=models.CharField(blank=True, max_length=60, validators=[django.core.validators.RegexValidator('^(?!.*/[./])[A-Za-z0-9][A-Za-z0-9 ./_-]*(?<![ /])\\Z', 'A reference has letters, digits, blanks, points, slashes and dashes only.')], verbose_name='reference'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(models.F('holder'), django.db.models.functions.text.Lower('reference'), condition=models.Q(('reference', ''), _negated=True), name='case_reference_once_per_holder', violation_error_message='A case with this reference is already there.'),
        ),
    ]
