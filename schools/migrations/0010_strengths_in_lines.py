"""What stood under "strengths to share" as one text is the first line of them, to be tagged and consented to."""

from django.db import migrations


def into_lines(apps, editor):
    # As values: on an object the text and the reverse side of Strength.record, which has its name, are in each other's way.
    records = apps.get_model("schools", "RecordOfVisit").objects
    written = records.exclude(strengths="").order_by("pk").values_list("pk", "strengths", "content")
    for pk, text, content in written.iterator():
        line = {"key": "s1", "text": text, "theme": ""}
        records.filter(pk=pk).update(content={**content, "strengths": [line]})


def into_one_text(apps, editor):
    records = apps.get_model("schools", "RecordOfVisit").objects
    for pk, content in records.exclude(content={}).order_by("pk").values_list("pk", "content").iterator():
        lines = [line["text"] for line in content.get("strengths", ())]
        records.filter(pk=pk).update(strengths="\n".join(lines))


class Migration(migrations.Migration):
    dependencies = [("schools", "0009_visits_planned_and_records_followed")]

    operations = [migrations.RunPython(into_lines, into_one_text)]
