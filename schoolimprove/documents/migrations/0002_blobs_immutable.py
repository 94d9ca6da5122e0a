from django.db import migrations

from schoolimprove.records.appendonly import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_blobs")]

    operations = [AppendOnly("documents_blob")]
