import django.db.models.deletion
import django.db.models.functions.text
import schoolimprove.lib.clock.moment
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='email address')),
                ('name', models.CharField(max_length=150)),
                ('is_staff', models.BooleanField(default=False, editable=False, help_text='Follows appointments.', verbose_name='enters the admin')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('date_joined', models.DateTimeField(default=schoolimprove.lib.clock.moment.now, editable=False)),
                ('last_home_at', models.DateTimeField(editable=False, null=True)),
                ('session_epoch', models.PositiveIntegerField(default=0, editable=False, help_text='Raised to end every session of the user.')),
                ('unread_reminders', models.PositiveIntegerField(default=0, editable=False, help_text='Written by reminders: it comes with the user, so every page can say it.')),
                ('search_key', models.CharField(default='', editable=False, max_length=420)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'ordering': ['name', 'email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_unique_whatever_the_case')],
            },
        ),
        migrations.CreateModel(
            name='SecretLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('invitation', 'Invitation'), ('password_reset', 'Setting a new password'), ('address_change', 'Change of address')], max_length=20)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='secret_links', to=settings.AUTH_USER_MODEL)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('payload', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(default=schoolimprove.lib.clock.moment.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True)), fields=('purpose', 'user'), name='secret_link_one_unused_per_purpose'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='secret_link_expires_after_it_is_made'), models.CheckConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True), _connector='OR'), name='secret_link_used_or_voided')],
            },
        ),
    ]
