from django.db import migrations, models

from schoolimprove.records.appendonly import AppendOnly, StillAppendOnly


class Migration(migrations.Migration):
    dependencies = [("schools", "0010_strengths_in_lines")]

    operations = [
        migrations.AlterField(
            "recordofvisit", "strengths", models.TextField("strengths to share", max_length=20000, default="", blank=True)
        ),
        migrations.RemoveField("recordofvisit", "strengths"),
        StillAppendOnly("schools_recordversion"),
        AppendOnly("schools_assurancecomment"),
        AppendOnly("schools_recorddocument"),
        AppendOnly("schools_silence"),
    ]
