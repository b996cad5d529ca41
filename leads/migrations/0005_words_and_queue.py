import django.db.models.deletion
from django.db import DatabaseError, migrations, models, transaction

from leads.words import words_of

SLICE = 5_000


def write_words(apps, schema_editor):
    """The words of the leads that are there already; all others are written with the lead."""
    lead_model, words_model = apps.get_model("leads", "Lead"), apps.get_model("leads", "LeadWords")
    rows = lead_model.objects.filter(merged_into=None).order_by("pk")
    columns = ("pk", "first_name", "last_name", "email", "company", "account__name")
    last = 0
    while found := list(rows.filter(pk__gt=last).values(*columns)[:SLICE]):
        words_model.objects.bulk_create(
            words_model(lead_id=row["pk"], text=words_of(row, row["account__name"])) for row in found
        )
        last = found[-1]["pk"]


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
    dependencies = [
        ("definitions", "0001_initial"),
        ("leads", "0004_checks_and_amendments"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeadWords",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
        migrations.RunPython(make_trigrams, forget_trigrams),
        migrations.RemoveIndex(model_name="handoff", name="queue_most_urgent"),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("status", "offered")),
                fields=["-is_contact_request", "due_at", "-grade", "id"],
                include=("owner", "lead", "points", "offered_at", "is_recycled"),
                name="queue_by_urgency",
            ),
        ),
    ]
