"""Up to which day what begins or ends by its date was entered."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feed', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='generation',
            name='turned_on',
            field=models.DateField(default=django.utils.timezone.localdate, verbose_name='days entered up to'),
        ),
    ]
