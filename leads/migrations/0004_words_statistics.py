from django.db import migrations


def look_at_more_words(apps, schema_editor):
    """A word of three leads in a hundred can be missing from the hundred texts that PostgreSQL keeps to guess
    by. It then takes the word for a rare one, and puts tens of thousands in order to show eight."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE leads_leadwords ALTER COLUMN text SET STATISTICS 1000")
        schema_editor.execute("ANALYZE leads_leadwords")


def look_at_as_many_as_elsewhere(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE leads_leadwords ALTER COLUMN text SET STATISTICS -1")


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_account_trigrams")]
    operations = [migrations.RunPython(look_at_more_words, look_at_as_many_as_elsewhere)]
