from django.db import migrations


def add_index(apps, editor):
    """Trigrams make `contains` fast on PostgreSQL; SQLite serves one person and needs none."""
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        editor.execute("CREATE INDEX school_search_key ON schools_school USING gin (search_key gin_trgm_ops)")


def drop_index(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX school_search_key")


class Migration(migrations.Migration):
    dependencies = [("schools", "0002_versions_and_responses_append_only")]

    operations = [migrations.RunPython(add_index, drop_index)]
