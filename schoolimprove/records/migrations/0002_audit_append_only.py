from django.db import migrations

from schoolimprove.records.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [AppendOnly("records_auditevent")]
