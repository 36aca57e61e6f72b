"""Dossiers of exceptional releases; one order for a dossier and its batch."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table, and the composite key."""

    dependencies = [
        ('coi', '0016_order_phase'),
        ('qc', '0007_releases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dossier',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=16, unique=True)),
                ('region', models.CharField(choices=[('EU', 'EU'), ('US', 'US')], max_length=8)),
                ('setting', models.CharField(choices=[('trial', 'trial'), ('authorised', 'authorised'), ('expanded_access', 'expanded_access')], max_length=20)),
                ('is_emergency', models.BooleanField(default=False)),
                ('opened_at', models.DateTimeField()),
                ('opened_by_name', models.CharField(max_length=200)),
                ('held', models.JSONField(default=list)),
                ('risk', models.JSONField(default=dict)),
                ('alternatives', models.JSONField(default=dict)),
                ('request', models.JSONField(default=dict)),
                ('acceptance', models.JSONField(default=dict)),
                ('consent', models.JSONField(default=dict)),
                ('notices', models.JSONField(default=list)),
                ('is_approved', models.BooleanField(null=True)),
                ('decision', models.JSONField(default=dict)),
                ('follow_up', models.JSONField(default=list)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coi.batch')),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coi.order')),
            ],
            options={
                'indexes': [models.Index(fields=['batch', '-opened_at'], name='qc_dossier_of_batch')],
                'constraints': [models.CheckConstraint(condition=models.Q(('region__in', ['EU', 'US'])), name='qc_dossier_region_known'), models.CheckConstraint(condition=models.Q(('setting__in', ['trial', 'authorised', 'expanded_access'])), name='qc_dossier_setting_known'), models.UniqueConstraint(condition=models.Q(('is_approved__isnull', True)), fields=('batch',), name='qc_dossier_one_undecided'), models.CheckConstraint(condition=models.Q(models.Q(('decision', {}), ('is_approved__isnull', True)), models.Q(('is_approved__isnull', False), models.Q(('decision', {}), _negated=True)), _connector='OR'), name='qc_dossier_decided')],
            },
        ),
        migrations.RunSQL(
            sql=(
                "ALTER TABLE qc_dossier ADD CONSTRAINT qc_dossier_same_order FOREIGN KEY (order_id, batch_id)"
                " REFERENCES coi_batch (order_id, id) DEFERRABLE INITIALLY DEFERRED"
            ),
            reverse_sql="ALTER TABLE qc_dossier DROP CONSTRAINT qc_dossier_same_order",
        ),
    ]
