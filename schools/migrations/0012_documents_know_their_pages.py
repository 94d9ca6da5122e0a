from django.db import migrations, models

from schoolimprove.records.appendonly import StillAppendOnly


class Migration(migrations.Migration):
    dependencies = [("schools", "0011_strengths_gone_and_append_only")]

    operations = [
        migrations.AddField("recorddocument", "pages", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("recordversion", "cover", models.JSONField(default=dict, db_default={}, editable=False)),
        StillAppendOnly("schools_recorddocument"),
        StillAppendOnly("schools_recordversion"),
    ]
