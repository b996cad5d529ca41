from django.db import migrations

from portal.common import audit_triggers


def put_up(apps, schema_editor):
    audit_triggers.install(schema_editor.connection)


def take_down(apps, schema_editor):
    audit_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]
    operations = [migrations.RunPython(put_up, take_down)]
