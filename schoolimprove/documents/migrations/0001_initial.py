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
            name='Blob',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('size', models.PositiveBigIntegerField()),
                ('content_type', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='blob_sha256_is_one')],
            },
        ),
        migrations.CreateModel(
            name='BlobScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='documents.blob')),
                ('at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('state', models.CharField(choices=[('not_scanned', 'Not scanned'), ('clean', 'Clean'), ('infected', 'Infected')], max_length=20)),
                ('detail', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        AppendOnly('documents_blob'),
    ]
