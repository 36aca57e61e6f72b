import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('coi', '0002_composite_keys'),
        ('people', '0001_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('criterion', models.CharField(max_length=32)),
                ('version', models.PositiveSmallIntegerField()),
                ('is_current', models.BooleanField()),
                ('value', models.CharField(max_length=80)),
                ('unit', models.CharField(blank=True, default='', max_length=40)),
                ('verdict', models.CharField(choices=[('pass', 'pass'), ('fail', 'fail'), ('not_judged', 'not_judged')], max_length=12)),
                ('method', models.CharField(max_length=100)),
                ('analyst_name', models.CharField(max_length=200)),
                ('tested_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, choices=[('transcription', 'transcription'), ('calculation', 'calculation'), ('wrong_container', 'wrong_container'), ('wrong_time', 'wrong_time')], default='', max_length=20)),
                ('reference', models.CharField(blank=True, default='', max_length=32)),
                ('reviewer_name', models.CharField(blank=True, default='', max_length=200)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('analyst', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coi.batch')),
                ('container', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coi.container')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='coi.order')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.documentversion')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='qc.result')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('batch', 'criterion', 'version'), name='qc_result_version_uniq'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('batch', 'criterion'), name='qc_result_one_current'), models.CheckConstraint(condition=models.Q(('verdict__in', ['pass', 'fail', 'not_judged'])), name='qc_result_verdict_known'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('supersedes__isnull', True), ('version', 1)), models.Q(('supersedes__isnull', False), ('version__gt', 1), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='qc_result_correction_reasoned'), models.CheckConstraint(condition=models.Q(models.Q(('reviewed_at__isnull', True), ('reviewer__isnull', True)), models.Q(('reviewed_at__isnull', False), ('reviewer__isnull', False), models.Q(('reviewer', models.F('analyst')), _negated=True)), _connector='OR'), name='qc_result_second_person')],
            },
        ),
    ]
