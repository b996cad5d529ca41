"""Which clauses a handoff carried stand beside its receipt; those of earlier handoffs are read from it once."""

from collections import defaultdict

from django.db import migrations

import leads.models.handoffs
from leads.models.handoffs import carried_of

SLICE = 500


def fill(apps, schema_editor):
    handoffs = apps.get_model("leads", "Handoff").objects.using(schema_editor.connection.alias)
    alike = defaultdict(list)
    for pk, receipt in handoffs.order_by("pk").values_list("pk", "receipt").iterator(chunk_size=SLICE):
        alike[carried_of(receipt)].append(pk)
    for carried, pks in alike.items():
        for start in range(0, len(pks), SLICE):
            handoffs.filter(pk__in=pks[start : start + SLICE]).update(carried=carried)


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_account_trigrams")]

    operations = [
        migrations.AddField(
            model_name="handoff",
            name="carried",
            field=leads.models.handoffs.CarriedField(blank=True, default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
