from django.db import DatabaseError, migrations, transaction


def make_trigrams(apps, schema_editor):
    """As for the words of leads: accounts are looked for by any piece of their name or domain."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        # Without the extension, as `0002_trigrams` says, all accounts are read.
        with transaction.atomic(schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "CREATE INDEX IF NOT EXISTS accounts_by_trigram ON leads_account "
                "USING gin (upper(name::text) gin_trgm_ops, upper(domain::text) gin_trgm_ops)"
            )
    except DatabaseError:
        return


def forget_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("DROP INDEX IF EXISTS accounts_by_trigram")


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_trigrams")]
    operations = [migrations.RunPython(make_trigrams, forget_trigrams)]
