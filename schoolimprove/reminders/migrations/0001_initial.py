import django.core.serializers.json
import django.db.models.deletion
import schoolimprove.lib.clock.moment
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ('post_office', '0014_alter_email_recipient_delivery_status_and_more'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_read_at', models.DateTimeField(null=True)),
                ('hour_began_at', models.DateTimeField(null=True)),
                ('reads', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='calendar_feed_one_a_person'), models.CheckConstraint(condition=models.Q(('revoked_at__isnull', True), ('revoked_at__gte', models.F('created_at')), _connector='OR'), name='calendar_feed_stopped_after_it_was_made')],
            },
        ),
        migrations.CreateModel(
            name='ReminderChoices',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reminder_choices', to=settings.AUTH_USER_MODEL)),
                ('digest_at', models.TimeField(null=True, verbose_name='time of the daily e-mail')),
                ('muted', models.BooleanField(default=False, verbose_name='only statutory dates by e-mail')),
            ],
            options={
                'verbose_name_plural': 'reminder choices',
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('subject_kind', models.CharField(max_length=100)),
                ('subject_id', models.BigIntegerField()),
                ('school_id', models.BigIntegerField(null=True)),
                ('due_on', models.DateField()),
                ('calendar', models.CharField(max_length=40)),
                ('first_day', models.DateField()),
                ('working', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('opened_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('met_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(condition=models.Q(('met_at__isnull', True)), fields=['due_on'], name='deadline_open_due'), models.Index(fields=['school_id', 'due_on'], name='deadline_school'), models.Index(fields=['subject_kind', 'subject_id'], name='deadline_subject')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('met_at__isnull', True)), fields=('rule', 'subject_kind', 'subject_id'), name='deadline_one_open_per_rule_and_subject')],
            },
        ),
        migrations.CreateModel(
            name='Mailing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=330, unique=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mailings', to=settings.AUTH_USER_MODEL)),
                ('address', models.EmailField(blank=True, default='', max_length=254)),
                ('at_once', models.BooleanField(default=False)),
                ('send_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting for its time'), ('handed over', 'In the outbox'), ('nothing', 'Nothing left to say'), ('muted', 'Muted')], default='waiting', max_length=20)),
                ('handed_at', models.DateTimeField(null=True)),
                ('email', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mailing', to='post_office.email')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
            ],
            options={
                'ordering': ['send_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['send_at'], name='mailing_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('user__isnull', False)), models.Q(('user__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='mailing_to_user_or_address'), models.CheckConstraint(condition=models.Q(models.Q(('email__isnull', False), ('state', 'handed over')), models.Q(models.Q(('state', 'handed over'), _negated=True), ('email__isnull', True)), _connector='OR'), name='mailing_handed_over_with_its_email')],
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='as at')),
                ('at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, verbose_name='compared at')),
                ('expected', models.PositiveIntegerField(default=0, verbose_name='deadlines that should be open')),
                ('missing', models.PositiveIntegerField(default=0, verbose_name='should be open and is not')),
                ('left_over', models.PositiveIntegerField(default=0, verbose_name='is open and should not be')),
                ('other_day', models.PositiveIntegerField(default=0, verbose_name='on another day')),
                ('examples', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['-at'], name='reconciliation_newest')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('subject_kind', models.CharField(max_length=100)),
                ('subject_id', models.BigIntegerField()),
                ('school_id', models.BigIntegerField(null=True)),
                ('due_on', models.DateField()),
                ('working', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('step', models.CharField(choices=[('coming', 'Coming due'), ('late', 'Late'), ('first', 'Late, escalated'), ('second', 'Late, escalated twice'), ('third', 'Late, escalated three times')], max_length=10)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to=settings.AUTH_USER_MODEL)),
                ('address', models.EmailField(blank=True, default='', max_length=254)),
                ('name', models.CharField(max_length=150)),
                ('told_on', models.DateField()),
                ('told_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('by_mail', models.CharField(choices=[('digest', 'In the daily e-mail'), ('at once', 'At once'), ('held', 'Not mailed: somebody covers')], default='digest', max_length=10)),
                ('mailing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='reminders.mailing')),
                ('read_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, choices=[('', 'No answer'), ('done', 'Done'), ('late', 'Late because')], default='', max_length=10)),
                ('because', models.TextField(blank=True, default='', max_length=2000)),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(fields=['user', '-told_at'], name='reminder_of_user'), models.Index(condition=models.Q(('mailing__isnull', True)), fields=['user', 'address'], name='reminder_not_mailed')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('rule', 'subject_kind', 'subject_id', 'due_on', 'step', 'user'), name='reminder_one_per_user_and_step'), models.UniqueConstraint(condition=models.Q(('user__isnull', True)), fields=('rule', 'subject_kind', 'subject_id', 'due_on', 'step', 'address'), name='reminder_one_per_address_and_step'), models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('user__isnull', False)), models.Q(('user__isnull', True), models.Q(('address', ''), _negated=True)), _connector='OR'), name='reminder_to_user_or_address'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='reminder_answered_at_a_moment'), models.CheckConstraint(condition=models.Q(models.Q(('answer', 'late'), models.Q(('because', ''), _negated=True)), models.Q(models.Q(('answer', 'late'), _negated=True), ('because', '')), _connector='OR'), name='reminder_late_with_a_reason', violation_error_message='Enter why it is late.')],
            },
        ),
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(unique=True)),
                ('began_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('due', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['-on'],
            },
        ),
    ]
