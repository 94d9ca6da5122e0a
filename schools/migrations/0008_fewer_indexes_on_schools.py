import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def in_history(name, to, **more):
    return migrations.AlterField(
        model_name="historicalschool",
        name=name,
        field=models.ForeignKey(
            blank=True,
            db_constraint=False,
            db_index=False,
            null=True,
            on_delete=django.db.models.deletion.DO_NOTHING,
            related_name="+",
            to=to,
            **more,
        ),
    )


def by(name):
    return migrations.AlterField(
        model_name="school",
        name=name,
        field=models.ForeignKey(
            blank=True,
            db_index=False,
            editable=False,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to=settings.AUTH_USER_MODEL,
        ),
    )


def leave_room(apps, editor):
    """A school that changes in what no index holds then stays on its page, and no index is written at all."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE schools_school SET (fillfactor = 50)")


def fill_pages(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE schools_school RESET (fillfactor)")


class Migration(migrations.Migration):
    """Nothing but how rows are kept: two releases side by side do not notice.

    Foreign keys of schools are made anew on the way, which for some tens of thousands of rows takes no time. Rows that
    are there already find room once they have been written anew.
    """

    dependencies = [
        ("schools", "0007_imports_links_and_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        in_history("authority", "schools.localauthority"),
        in_history("created_by", settings.AUTH_USER_MODEL, editable=False),
        in_history("diocese", "schools.diocese"),
        in_history("district", "schools.district"),
        in_history("partnership", "schools.partnership"),
        in_history("updated_by", settings.AUTH_USER_MODEL, editable=False),
        migrations.AlterField(
            model_name="historicalschool",
            name="urn",
            field=models.PositiveIntegerField(
                validators=[
                    django.core.validators.MinValueValidator(10000),
                    django.core.validators.MaxValueValidator(9999999),
                ],
                verbose_name="URN",
            ),
        ),
        migrations.AlterField(
            model_name="school",
            name="authority",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="schools",
                to="schools.localauthority",
            ),
        ),
        by("created_by"),
        by("updated_by"),
        migrations.RunPython(leave_room, fill_pages),
    ]
