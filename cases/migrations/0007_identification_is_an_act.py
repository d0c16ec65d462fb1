"""Identification becomes an act. Its encrypted column is named as such by the next step: rows are carried over between."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_reference_in_any_case'),
        ('committee', '0001_first'),
        ('people', '0001_first'),
    ]

    operations = [
        migrations.CreateModel(
            name='Identification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('first', 'first identification'), ('formal', 'formal identification'), ('carried_over', 'carried over, without an act on record')], max_length=20, verbose_name='kind')),
                ('result', models.CharField(choices=[('at_risk', 'at risk'), ('in_progress', 'identification in progress'), ('possible_victim', 'possible victim of trafficking'), ('victim', 'identified victim of trafficking'), ('not_victim', 'not a victim of trafficking')], max_length=20, verbose_name='result')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='decided on')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('data', models.BinaryField(db_column='words', default=b'')),
                ('authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committee.institution', verbose_name='decided by')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('seat', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.seat', verbose_name='recorded by')),
                ('together_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='committee.institution', verbose_name='together with')),
            ],
            options={
                'verbose_name': 'identification',
                'ordering': ['-pk'],
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['case', '-id'], name='identification_by_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind', 'carried_over'), models.Q(('authority__isnull', False), ('decided_on__isnull', False), ('seat__isnull', False)), _connector='OR'), name='identification_says_who_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'formal'), _negated=True), ('together_with__isnull', False), _connector='OR'), name='formal_identification_is_of_two')],
            },
        ),
    ]
