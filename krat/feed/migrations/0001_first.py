"""What changed and for whom; the triggers that enter it are made after every migration (`krat.feed.triggers`)."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('committee', '0002_successor'),
    ]

    operations = [
        migrations.CreateModel(
            name='Generation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, verbose_name='code')),
                ('last', models.PositiveBigIntegerField(default=0, verbose_name='last number')),
                ('forgotten_up_to', models.PositiveBigIntegerField(default=0, verbose_name='forgotten up to number')),
                ('tidied_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='old lines forgotten at')),
            ],
            options={
                'verbose_name': 'generation of the feed',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_generation_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Pending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('thing', models.UUIDField(verbose_name='code of the thing')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committee.institution')),
            ],
            options={
                'verbose_name': 'change without a number',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('thing', models.UUIDField(verbose_name='code of the thing')),
                ('number', models.PositiveBigIntegerField(verbose_name='number')),
                ('numbered_at', models.DateTimeField(verbose_name='numbered at')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committee.institution')),
            ],
            options={
                'verbose_name': 'change',
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('institution', 'kind', 'thing'), name='change_once_per_thing'), models.UniqueConstraint(fields=('institution', 'number'), name='change_by_number')],
            },
        ),
    ]
