import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('name', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('last_seq', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Installation',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('marked_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uuid', models.UUIDField()),
                ('stream', models.CharField(max_length=200)),
                ('seq', models.BigIntegerField()),
                ('occurred_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('performed_at', models.DateTimeField(null=True)),
                ('time_source', models.CharField(choices=[('clock', 'clock'), ('simulated', 'simulated')], max_length=10)),
                ('zone', models.CharField(max_length=64)),
                ('site', models.CharField(blank=True, max_length=64)),
                ('station', models.CharField(blank=True, max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('actor_name', models.CharField(blank=True, max_length=200)),
                ('actor_kind', models.CharField(choices=[('person', 'person'), ('service', 'service'), ('station', 'station'), ('unknown', 'unknown')], max_length=10)),
                ('auth_method', models.CharField(choices=[('none', 'none'), ('password', 'password'), ('badge', 'badge'), ('badge_pin', 'badge_pin'), ('token', 'token'), ('system', 'system')], max_length=12)),
                ('event', models.CharField(max_length=100)),
                ('schema', models.PositiveSmallIntegerField()),
                ('body', models.BinaryField()),
                ('reason', models.TextField(blank=True)),
                ('request_id', models.UUIDField()),
                ('check_id', models.UUIDField(null=True)),
                ('protocol_version', models.CharField(blank=True, max_length=100)),
                ('software_version', models.CharField(blank=True, max_length=50)),
                ('corrects', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry', to_field='uuid')),
                ('leaf_hash', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='EntrySubject',
            fields=[
                ('pk', models.CompositePrimaryKey('entry_id', 'kind', 'key', blank=True, editable=False, primary_key=True, serialize=False)),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='ledger.entry')),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=200)),
            ],
            options={
                'db_table': 'ledger_subject',
            },
        ),
        migrations.CreateModel(
            name='Pending',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='ledger.entry')),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('index', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('hash', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('peaks', models.BinaryField()),
                ('note', models.TextField()),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='ledger_checkpoint_size_min')],
            },
        ),
        migrations.CreateModel(
            name='Halt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_at', models.DateTimeField()),
                ('is_resolution', models.BooleanField(default=False)),
                ('report', models.JSONField(default=list)),
                ('reason', models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name='Effect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('payload', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
            ],
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.BigIntegerField()),
                ('media_type', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=200)),
                ('stored_at', models.DateTimeField()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkpoint',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='acdda80f60fc48cb8c8af4085986baaaf8f80767', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7ee3f', table='ledger_checkpoint', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='checkpoint',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='316f7ebd1996c09cf5d3f995f36d35ec82c68107', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_e2c1f', table='ledger_checkpoint', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(fields=['sha256'], name='ledger_evidence_sha256_idx'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='ledger_evidence_size_min'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='ledger_evidence_sha256'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9b0685a43101de5899aaef38399283881927439d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_eed12', table='ledger_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='008a46d7f04bb1b10a00c238b159dd325a228068', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_a89a2', table='ledger_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='halt',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8890ee20d0dd9357662004f4a3af07fc2974fa93', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_14d01', table='ledger_halt', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='halt',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='46055c892cdcfd7acb731bc59d8de478167126ff', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_d6892', table='ledger_halt', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='installation',
            constraint=models.CheckConstraint(condition=models.Q(('id', uuid.UUID('6c8f1c1e-7d10-5d3b-9a55-000000000001'))), name='ledger_installation_single'),
        ),
        migrations.AddConstraint(
            model_name='stream',
            constraint=models.CheckConstraint(condition=models.Q(('last_seq__gte', 1)), name='ledger_stream_last_seq_min'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('check_id__isnull', False)), fields=['check_id'], name='ledger_entry_check'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('corrects__isnull', False)), fields=['corrects'], name='ledger_entry_corrects'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['recorded_at'], name='ledger_entry_recorded'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('uuid',), name='ledger_entry_uuid_uniq'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('request_id',), name='ledger_entry_request_id_uniq'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(fields=('stream', 'seq'), name='ledger_entry_stream_seq_uniq'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('seq__gte', 1)), name='ledger_entry_seq_min'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('schema__gte', 1)), name='ledger_entry_schema_min'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('time_source__in', ['clock', 'simulated'])), name='ledger_entry_time_source'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('actor_kind__in', ['person', 'service', 'station', 'unknown'])), name='ledger_entry_actor_kind'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('auth_method__in', ['none', 'password', 'badge', 'badge_pin', 'token', 'system'])), name='ledger_entry_auth_method'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('event__regex', '^[a-z_]+:[a-z_]+:[a-z_]+$')), name='ledger_entry_event_name'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(('performed_at__isnull', True), ('performed_at__lte', models.F('occurred_at')), _connector='OR'), name='ledger_entry_performed_before'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.LessThanOrEqual(django.db.models.functions.text.Length('body'), 1048576), name='ledger_entry_body_size'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bd80cdea55986d8dc4a873a0796f1dd071e72f1d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_af900', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='74d003b69c5f65ad1a423893e2de3df240b7186f', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_43bbd', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='recorded_now', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF NEW.recorded_at < transaction_timestamp() OR NEW.recorded_at > clock_timestamp() THEN\n                    RAISE EXCEPTION 'ledger: recorded_at is the time of the database and cannot be given';\n                END IF;\n                RETURN NEW;\n                ", hash='e2b4f923f4e0fedcdf9420cfecb0d4c7abd65bce', operation='INSERT', pgid='pgtrigger_recorded_now_8be28', table='ledger_entry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='effect',
            index=models.Index(condition=models.Q(('state__in', ['pending', 'running'])), fields=['due_at'], name='ledger_effect_due'),
        ),
        migrations.AddConstraint(
            model_name='effect',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'running', 'done', 'failed'])), name='ledger_effect_state'),
        ),
        migrations.AddIndex(
            model_name='entrysubject',
            index=models.Index(fields=['kind', 'key', 'entry'], name='ledger_subject_lookup'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entrysubject',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ea3b4e3e232ed86b526287d6bc8e2cba95f55ffc', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8dda7', table='ledger_subject', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entrysubject',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='c4c8334b8091c518a1925ef68240b6117aa58895', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_f62b9', table='ledger_subject', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='leaf',
            constraint=models.CheckConstraint(condition=models.Q(('index__gte', 0)), name='ledger_leaf_index_min'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaf',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='daf9331e71cfeb614da4166b5d12a7905ef5493e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4fabc', table='ledger_leaf', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='leaf',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows of % table', TG_TABLE_NAME;", hash='fc9a5bd7d99b1b9f7e48c152dd530f260caddddc', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_ee289', table='ledger_leaf', when='BEFORE')),
        ),
    ]
