import django.core.validators
import django.db.models.deletion
import schoolimprove.lib.clock.moment
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalBankHolidayOverride',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('withdrawn_because', models.CharField(blank=True, help_text='Say why, to take this entry back. It stays in the list and no longer counts.', max_length=200)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('add', 'A bank holiday is added'), ('remove', 'A bank holiday is taken away')], max_length=6, verbose_name='what happens')),
                ('name', models.CharField(help_text='As it is announced, for example: Coronation of the King.', max_length=100)),
                ('reason', models.CharField(help_text='The proclamation or announcement it rests on.', max_length=200)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical bank holiday override',
                'verbose_name_plural': 'historical bank holiday overrides',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='BankHolidayOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('withdrawn_because', models.CharField(blank=True, help_text='Say why, to take this entry back. It stays in the list and no longer counts.', max_length=200)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('add', 'A bank holiday is added'), ('remove', 'A bank holiday is taken away')], max_length=6, verbose_name='what happens')),
                ('name', models.CharField(help_text='As it is announced, for example: Coronation of the King.', max_length=100)),
                ('reason', models.CharField(help_text='The proclamation or announcement it rests on.', max_length=200)),
            ],
            options={
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_because', '')), fields=('day',), name='bank_holiday_override_one_per_day', violation_error_message='There is already a correction for this day.'), models.CheckConstraint(condition=models.Q(('kind__in', ['add', 'remove'])), name='bank_holiday_override_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalClosureDay',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('withdrawn_because', models.CharField(blank=True, help_text='Say why, to take this entry back. It stays in the list and no longer counts.', max_length=200)),
                ('day', models.DateField()),
                ('reason', models.CharField(help_text='Shown wherever a deadline skips this day.', max_length=200)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical closure day',
                'verbose_name_plural': 'historical closure days',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ClosureDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('withdrawn_because', models.CharField(blank=True, help_text='Say why, to take this entry back. It stays in the list and no longer counts.', max_length=200)),
                ('day', models.DateField()),
                ('reason', models.CharField(help_text='Shown wherever a deadline skips this day.', max_length=200)),
            ],
            options={
                'ordering': ['day'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_because', '')), fields=('day',), name='closure_one_per_day', violation_error_message='This day is already a closure day.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalTerm',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('academic_year', models.PositiveSmallIntegerField(help_text='The year it begins in: 2008 for 2008/09.', validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2059)])),
                ('name', models.CharField(choices=[('autumn', 'Autumn'), ('spring', 'Spring'), ('summer', 'Summer')], max_length=6, verbose_name='term')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('half_term_starts_on', models.DateField(verbose_name='first day of half-term')),
                ('half_term_ends_on', models.DateField(verbose_name='last day of half-term')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical term',
                'verbose_name_plural': 'historical terms',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('academic_year', models.PositiveSmallIntegerField(help_text='The year it begins in: 2008 for 2008/09.', validators=[django.core.validators.MinValueValidator(1990), django.core.validators.MaxValueValidator(2059)])),
                ('name', models.CharField(choices=[('autumn', 'Autumn'), ('spring', 'Spring'), ('summer', 'Summer')], max_length=6, verbose_name='term')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('half_term_starts_on', models.DateField(verbose_name='first day of half-term')),
                ('half_term_ends_on', models.DateField(verbose_name='last day of half-term')),
                ('ends_on', models.DateField(verbose_name='last day')),
            ],
            options={
                'ordering': ['starts_on'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('half_term_ends_on__lt', models.F('ends_on')), ('starts_on__lt', models.F('half_term_starts_on'))), name='term_half_term_inside_term', violation_error_message='Half-term lies inside the term.'), models.CheckConstraint(condition=models.Q(('half_term_starts_on__lte', models.F('half_term_ends_on'))), name='term_half_term_dates_in_order', violation_error_message='Half-term ends on or after the day it starts.'), models.CheckConstraint(condition=models.Q(('name__in', ['autumn', 'spring', 'summer'])), name='term_name_is_a_term', violation_error_message='A term is autumn, spring or summer.'), models.UniqueConstraint(fields=('academic_year', 'name'), name='term_one_of_each_name_per_year', violation_error_message='This term of this academic year is already held.')],
            },
        ),
    ]
