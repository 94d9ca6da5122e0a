import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schools", "0005_record_knows_its_school")]

    operations = [
        migrations.AlterField(
            model_name="recordofvisit",
            name="school",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                help_text="The visit's. Said here too, so that a reader's records are found without reading their visits.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records_of_visit",
                to="schools.school",
            ),
        ),
        migrations.AddIndex(
            model_name="recordofvisit",
            index=models.Index(fields=["school", "status", "-approved_at"], name="record_school"),
        ),
    ]
