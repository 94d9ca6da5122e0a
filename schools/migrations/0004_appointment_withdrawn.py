from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schools", "0003_school_search_index")]

    operations = [
        migrations.AddField(
            model_name=name,
            name="withdrawn_because",
            field=models.CharField(blank=True, default="", editable=False, max_length=200),
        )
        for name in ("appointment", "historicalappointment")
    ]
