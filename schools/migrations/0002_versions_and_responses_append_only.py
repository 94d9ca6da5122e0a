from django.db import migrations

from schoolimprove.records.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_register_appointments_and_records")]

    operations = [AppendOnly("schools_recordversion"), AppendOnly("schools_response")]
