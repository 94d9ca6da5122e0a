from django.db import migrations, models

from schoolimprove.records.appendonly import StillAppendOnly


class Migration(migrations.Migration):
    dependencies = [("schools", "0012_documents_know_their_pages")]

    operations = [
        migrations.AddField("silence", "due_on", models.DateField(null=True, blank=True)),
        StillAppendOnly("schools_silence"),
    ]
