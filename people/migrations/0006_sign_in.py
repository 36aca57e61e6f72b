"""Sessions that end everywhere, the last passwords, and links to an OpenID provider."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Passwords that are in use when it runs count among the last ones."""

    dependencies = [
        ('people', '0005_notices_to_one_person'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='sessions_epoch',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='ProviderLink',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('provider', models.CharField(max_length=32)),
                ('subject_digest', models.CharField(max_length=64)),
                ('valid_from', models.DateTimeField()),
                ('valid_until', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provider_links', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=80)),
                ('address', models.CharField(max_length=64)),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_sessions', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PastPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password_hash', models.CharField(max_length=128)),
                ('set_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='past_passwords', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'set_at'], name='people_past_password_idx')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='pastpassword',
            trigger=pgtrigger.compiler.Trigger(name='past_password_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f05c9b47ad334963729da0e0a5c70d716752c347', operation='UPDATE OR DELETE', pgid='pgtrigger_past_password_kept_a37db', table='people_pastpassword', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='providerlink',
            constraint=models.UniqueConstraint(condition=models.Q(('valid_until__isnull', True)), fields=('provider', 'subject_digest'), name='people_provider_link_subject_uniq'),
        ),
        migrations.AddConstraint(
            model_name='providerlink',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='people_provider_link_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='session',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['user', 'began_at'], name='people_session_open_idx'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='session',
            trigger=pgtrigger.compiler.Trigger(name='session_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='91feeb0dc74a9606915b2526143b81a0a35bc005', operation='DELETE', pgid='pgtrigger_session_never_deleted_c3e27', table='people_session', when='BEFORE')),
        ),
        migrations.RunSQL(
            """
            INSERT INTO people_pastpassword (user_id, password_hash, set_at)
            SELECT u.id, u.password, COALESCE(c.password_set_at, now())
              FROM people_user u JOIN people_credential c ON c.user_id = u.id
             WHERE u.password <> '' AND u.password NOT LIKE '!%'
            """,
            migrations.RunSQL.noop,
        ),
    ]
