import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, editor):
    records, visits = apps.get_model("schools", "RecordOfVisit"), apps.get_model("schools", "Visit")
    its_school = Subquery(visits.objects.filter(pk=OuterRef("visit_id")).values("school_id"))
    records.objects.filter(school=None).update(school_id=its_school)


class Migration(migrations.Migration):
    dependencies = [("schools", "0004_appointment_withdrawn")]

    operations = [
        migrations.AddField(
            model_name="recordofvisit",
            name="school",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The visit's. Said here too, so that a reader's records are found without reading their visits.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records_of_visit",
                to="schools.school",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
