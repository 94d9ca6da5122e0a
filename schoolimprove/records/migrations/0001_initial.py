import django.core.serializers.json
import django.db.models.deletion
import schoolimprove.lib.clock.moment
from django.conf import settings
from django.db import migrations, models
from schoolimprove.records.appendonly import AppendOnly


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('by', models.ForeignKey(help_text='Empty: the system.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('appointment_id', models.BigIntegerField(null=True)),
                ('verb', models.CharField(max_length=60)),
                ('subject_kind', models.CharField(max_length=100)),
                ('subject_id', models.BigIntegerField()),
                ('subject_name', models.CharField(blank=True, max_length=200)),
                ('school_id', models.BigIntegerField(null=True)),
                ('reason', models.TextField(blank=True)),
                ('changes', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('run_id', models.BigIntegerField(help_text='The import that did it.', null=True)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['subject_kind', 'subject_id', '-at'], name='audit_subject'), models.Index(fields=['school_id', '-at'], name='audit_school'), models.Index(condition=models.Q(('run_id__isnull', False)), fields=['run_id', 'id'], name='audit_run')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('form', models.CharField(max_length=300)),
                ('opening', models.CharField(blank=True, default='', max_length=32)),
                ('base_version', models.PositiveIntegerField(default=0)),
                ('fields', models.JSONField(default=dict)),
                ('saved_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('typed_at', models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                'ordering': ['-saved_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('user', 'form', 'opening'), name='draft_one_per_user_form_and_opening')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='waiting', max_length=10)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('step', models.CharField(blank=True, max_length=100)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('asked_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'running'])), fields=('kind', 'key'), name='job_one_unfinished_of_a_kind_and_key'), models.CheckConstraint(condition=models.Q(models.Q(('claimed_until__isnull', False), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('claimed_until__isnull', True)), _connector='OR'), name='job_is_claimed_while_it_runs')],
            },
        ),
        migrations.CreateModel(
            name='ReferenceCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=8)),
                ('year', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('prefix', 'year'), name='reference_one_counter')],
            },
        ),
        AppendOnly('records_auditevent'),
    ]
