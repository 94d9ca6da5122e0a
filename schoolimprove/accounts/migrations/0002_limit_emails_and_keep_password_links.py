from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='EmailLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254)),
                ('by_anyone', models.BooleanField(help_text='Whether one may ask without signing in.')),
                ('asked_at', models.DateTimeField()),
                ('sent_at', models.JSONField(default=list)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='secretlink',
            name='secret_link_one_unused_per_purpose',
        ),
        migrations.AddConstraint(
            model_name='secretlink',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True), models.Q(('purpose', 'password_reset'), _negated=True)), fields=('purpose', 'user'), name='secret_link_one_unused_per_purpose'),
        ),
        migrations.AddConstraint(
            model_name='emaillimit',
            constraint=models.UniqueConstraint(fields=('address', 'by_anyone'), name='email_limit_one_of_each_kind'),
        ),
    ]
