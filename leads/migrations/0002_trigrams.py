from django.db import DatabaseError, migrations, transaction


def make_trigrams(apps, schema_editor):
    """SQLite reads all words, which is fast enough for what it holds. So does PostgreSQL without pg_trgm."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        # Whoever may not make extensions here searches without the index until somebody who may makes it.
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS words_by_trigram ON leads_leadwords USING gin (text gin_trgm_ops)"
        )


def forget_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS words_by_trigram")


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]
    operations = [migrations.RunPython(make_trigrams, forget_trigrams)]
