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
            name='PolicyRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='created')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False, verbose_name='last changed')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('key', models.CharField(max_length=100)),
                ('effective_from', models.DateField(verbose_name='in force from')),
                ('value', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('reason', models.TextField()),
                ('shipped', models.BooleanField(default=False, editable=False)),
                ('proposed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'ordering': ['key', '-effective_from'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('key', 'effective_from'), name='policy_one_row_per_key_and_day', violation_error_message='There is already a value that begins on that day.'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='policy_approved_by_somebody_else', violation_error_message='A second person approves a change of policy.'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', True), ('shipped', True)), models.Q(('approved_at__isnull', True), ('approved_by__isnull', True), ('shipped', False)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('shipped', False)), _connector='OR'), name='policy_approved_at_and_by'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('approved_at__isnull', True), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='policy_withdrawn_at_and_by_before_approval')],
            },
        ),
        AppendOnly('policy_policyrow', 'OLD.approved_at IS NOT NULL'),
    ]
