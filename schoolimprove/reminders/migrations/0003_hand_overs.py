from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0002_deadline_without_a_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_one_per_user_and_step',
        ),
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_one_per_address_and_step',
        ),
        migrations.AddField(
            model_name='reminderchoices',
            name='handed_at_once',
            field=models.BooleanField(default=False, verbose_name='work handed over by e-mail at once'),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='answer',
            field=models.CharField(blank=True, choices=[('', 'No answer'), ('done', 'Done'), ('late', 'Late because'), ('handed on', 'Handed to someone else')], default='', max_length=10),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='due_on',
            field=models.DateField(null=True),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='step',
            field=models.CharField(choices=[('asked', 'New task'), ('coming', 'Coming due'), ('late', 'Overdue'), ('first', 'Overdue, escalated'), ('second', 'Overdue, escalated twice'), ('third', 'Overdue, escalated 3 times')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(fields=['subject_kind', 'subject_id', 'user'], name='reminder_of_subject'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False), models.Q(('step', "asked"), _negated=True)), fields=('rule', 'subject_kind', 'subject_id', 'due_on', 'step', 'user'), name='reminder_one_per_user_and_step'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', True), models.Q(('step', "asked"), _negated=True)), fields=('rule', 'subject_kind', 'subject_id', 'due_on', 'step', 'address'), name='reminder_one_per_address_and_step'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__isnull', False), ('step', "asked"), _connector='OR'), name='reminder_of_a_date_or_handed_over'),
        ),
    ]
