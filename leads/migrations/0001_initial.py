import uuid

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import leads.models.handoffs
import portal.common.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "__first__"),
        ("definitions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("decide", "Decide"), ("follow_up", "Follow up"), ("pick_up", "Pick up")],
                        max_length=16,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("promised_seconds", models.PositiveIntegerField()),
                ("warn_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("over_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("left_seconds", models.IntegerField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)),
                        fields=["next_at", "id"],
                        name="clock_next",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["decide", "follow_up", "pick_up"])),
                        name="clock_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_at__lte", models.F("over_at")), ("warn_at__lte", models.F("due_at"))
                        ),
                        name="a_clock_warns_before_it_is_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("next_at", None),
                            models.Q(("paused_at", None), ("stopped_at", None)),
                            _connector="OR",
                        ),
                        name="a_clock_that_rests_fires_nothing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockLook",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="definitions.version",
                    ),
                ),
                ("looked_at", portal.common.fields.InstantField()),
            ],
        ),
        migrations.CreateModel(
            name="FactsChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=120, null=True)),
                ("email", models.CharField(blank=True, max_length=254, null=True)),
                ("first_name", models.CharField(blank=True, max_length=120)),
                ("last_name", models.CharField(blank=True, max_length=120)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("company", models.CharField(blank=True, max_length=250)),
                ("job_title", models.CharField(blank=True, max_length=250)),
                ("role", models.CharField(blank=True, max_length=120)),
                ("seniority", models.CharField(blank=True, max_length=120)),
                ("department", models.CharField(blank=True, max_length=120)),
                ("website", models.CharField(blank=True, max_length=500)),
                ("country", models.CharField(blank=True, max_length=120)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(blank=True, max_length=60)),
                ("lead_source", models.CharField(blank=True, max_length=200)),
                ("channel", models.CharField(blank=True, max_length=200)),
                ("campaign", models.CharField(blank=True, max_length=200)),
                ("captured_at", models.DateTimeField()),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("not_assessed", "Not assessed"),
                            ("lead", "Lead"),
                            ("mql", "MQL"),
                            ("sal", "Sales-accepted"),
                            ("sales_qualified", "Sales-qualified"),
                            ("opportunity", "Opportunity"),
                            ("customer", "Customer"),
                            ("nurture", "Nurture"),
                            ("disqualified", "Disqualified"),
                        ],
                        default="not_assessed",
                        max_length=16,
                    ),
                ),
                ("nurture_until", models.DateField(blank=True, null=True)),
                ("is_recycled", models.BooleanField(default=False)),
                ("provenance", models.JSONField(default=dict)),
                ("last_import_id", models.IntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("-captured_at", "-id"),
                "indexes": [
                    models.Index(fields=["-captured_at", "-id"], name="lead_newest_first"),
                    models.Index(fields=["stage", "-captured_at", "-id"], name="lead_by_stage"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("email", ""), _negated=True), name="an_unknown_email_is_null"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "stage__in",
                                [
                                    "not_assessed",
                                    "lead",
                                    "mql",
                                    "sal",
                                    "sales_qualified",
                                    "opportunity",
                                    "customer",
                                    "nurture",
                                    "disqualified",
                                ],
                            )
                        ),
                        name="lead_stage_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NightlyCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("counted_at", models.DateTimeField()),
                ("entered", models.PositiveIntegerField()),
                ("numbers", models.JSONField(default=dict)),
                ("differences", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("-day",),
            },
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="name")),
                ("edit_number", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="PreviewSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("as_of", portal.common.fields.InstantField()),
                ("facts_stamp", models.CharField(max_length=64)),
                ("population", models.IntegerField()),
                ("lead_ids", models.BinaryField()),
                ("built_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("-as_of", "-built_at"),
            },
        ),
        migrations.CreateModel(
            name="PreviewWish",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="definitions.version",
                    ),
                ),
                ("wished_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "verbose_name_plural": "preview wishes",
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("label", models.CharField(max_length=120)),
                ("mappings", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("label",),
            },
        ),
        migrations.CreateModel(
            name="Term",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=300, unique=True)),
                ("text", models.CharField(max_length=300)),
                ("words", models.CharField(max_length=310)),
            ],
            options={
                "ordering": ("text",),
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=120, null=True)),
                ("name", models.CharField(blank=True, max_length=250)),
                ("name_key", models.CharField(blank=True, max_length=250)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("website", models.CharField(blank=True, max_length=500)),
                ("industry", models.CharField(blank=True, max_length=200)),
                ("employees", models.BigIntegerField(blank=True, null=True)),
                ("employee_band", models.CharField(blank=True, max_length=60)),
                ("annual_revenue", models.BigIntegerField(blank=True, null=True)),
                ("revenue_band", models.CharField(blank=True, max_length=60)),
                ("country", models.CharField(blank=True, max_length=120)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("prospect", "Prospect"),
                            ("customer", "Customer"),
                            ("competitor", "Competitor"),
                            ("partner", "Partner"),
                        ],
                        default="prospect",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("provenance", models.JSONField(default=dict)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="leads.source",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "indexes": [
                    models.Index(fields=["domain"], name="account_by_domain"),
                    models.Index(fields=["name_key"], name="account_by_name"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id"), name="one_account_per_source_and_external_id"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("prospect", "customer", "competitor", "partner"))),
                        name="account_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BackTest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.JSONField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("as_of", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("superseded", "Superseded by a newer one"),
                        ],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("weeks_total", models.PositiveSmallIntegerField()),
                ("weeks_done", models.PositiveSmallIntegerField(default=0)),
                ("result", models.JSONField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "against",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="definitions.version",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="back_tests",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("queued", "running"))),
                        fields=("version",),
                        name="one_open_back_test_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ("queued", "running", "done", "failed", "superseded"))
                        ),
                        name="back_test_status_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BackTestWeek",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("ends_at", models.DateTimeField()),
                ("reached", models.JSONField()),
                ("against", models.JSONField()),
                (
                    "back_test",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="weeks", to="leads.backtest"
                    ),
                ),
            ],
            options={
                "ordering": ("back_test", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("back_test", "number"), name="one_week_per_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClockNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "threshold",
                    models.CharField(
                        choices=[("warn", "Warned"), ("due", "Escalated"), ("over", "Run over")], max_length=8
                    ),
                ),
                ("fired_at", models.DateTimeField()),
                ("key", models.CharField(max_length=200)),
                (
                    "clock",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="leads.clock"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clock", "threshold"), name="one_notice_per_clock_and_threshold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("threshold__in", ["warn", "due", "over"])),
                        name="threshold_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handoff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("points", models.IntegerField()),
                ("grade", models.SmallIntegerField()),
                ("receipt", models.JSONField()),
                ("carried", leads.models.handoffs.CarriedField(blank=True, default="", editable=False)),
                ("is_contact_request", models.BooleanField(default=False)),
                ("is_recycled", models.BooleanField(default=False)),
                ("is_pulled", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("accepted", "Accepted"),
                            ("returned", "Returned"),
                            ("expired", "Expired"),
                            ("withdrawn", "Withdrawn"),
                            ("sales_qualified", "Sales-qualified"),
                            ("disqualified", "Disqualified"),
                        ],
                        default="offered",
                        max_length=16,
                    ),
                ),
                ("assignment", models.CharField(blank=True, max_length=200)),
                ("offered_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("follow_up_due_at", models.DateTimeField(blank=True, null=True)),
                ("followed_up_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("reason_label", models.CharField(blank=True, max_length=160)),
                ("challenged_key", models.SlugField(blank=True, max_length=40)),
                ("is_something_missing", models.BooleanField(default=False)),
                ("missing_field", models.CharField(blank=True, max_length=80)),
                ("note", models.TextField(blank=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handoffs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handoffs",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-offered_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "accepted")),
                        fields=["owner", "follow_up_due_at"],
                        name="accepted_by_owner",
                    ),
                    models.Index(fields=["offered_at", "id"], name="handoff_by_offer"),
                    models.Index(fields=["version", "status"], name="handoff_by_version"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "offered",
                                    "accepted",
                                    "returned",
                                    "expired",
                                    "withdrawn",
                                    "sales_qualified",
                                    "disqualified",
                                ],
                            )
                        ),
                        name="handoff_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("accepted", "sales_qualified")), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("owner__isnull", False)),
                            _connector="OR",
                        ),
                        name="an_accepted_lead_has_an_owner",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("has_reached", models.BooleanField(default=False)),
                ("note", models.TextField(blank=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="follow_ups",
                        to="leads.handoff",
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.AddField(
            model_name="clock",
            name="handoff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="clocks", to="leads.handoff"
            ),
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("accounts", "Accounts"),
                            ("leads", "Leads"),
                            ("activities", "Activities"),
                            ("outcomes", "Outcomes"),
                        ],
                        max_length=16,
                    ),
                ),
                ("file_name", models.CharField(max_length=250)),
                ("path", models.CharField(max_length=500)),
                ("size", models.BigIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("encoding", models.CharField(blank=True, max_length=40)),
                ("delimiter", models.CharField(blank=True, max_length=4)),
                ("headers", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("uploaded", "Waiting for its mapping"),
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="uploaded",
                        max_length=16,
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("line", models.BigIntegerField(default=0)),
                ("created", models.IntegerField(default=0)),
                ("updated", models.IntegerField(default=0)),
                ("unchanged", models.IntegerField(default=0)),
                ("duplicates", models.IntegerField(default=0)),
                ("rejected", models.IntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("queued_at", models.DateTimeField(blank=True, null=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="leads.source"
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ("uploaded", "queued", "running", "done", "failed", "cancelled"))
                        ),
                        name="import_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "line",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("created"), "+", models.F("updated")
                                            ),
                                            "+",
                                            models.F("unchanged"),
                                        ),
                                        "+",
                                        models.F("duplicates"),
                                    ),
                                    "+",
                                    models.F("rejected"),
                                ),
                            )
                        ),
                        name="every_line_is_counted_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_hash", models.BigIntegerField()),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leads.import",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "key_hash"), name="one_line_per_key_and_import")
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRejection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("column", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(max_length=300)),
                ("cells", models.JSONField(default=list)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejections",
                        to="leads.import",
                    ),
                ),
            ],
            options={
                "ordering": ("line",),
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "line"), name="one_rejection_per_line")
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("offer_unrecorded", "Offers that the trail does not tell of"),
                            ("offer_lost", "Offers that the trail tells of and that are not there"),
                            ("stage_journal", "Leads that stand elsewhere than their history says"),
                            ("stage_handoff", "Leads whose stage and open handoff disagree"),
                            ("instants", "Handoffs whose times contradict where they stand"),
                            ("merged", "Open handoffs of leads that were merged into another"),
                            ("not_offered", "Qualified leads that nobody was offered"),
                            ("nobodys", "Returned leads in nobody’s hands"),
                            ("left_sales", "Open handoffs of people who are not in sales any more"),
                        ],
                        max_length=60,
                    ),
                ),
                ("sentence", models.CharField(max_length=300)),
                ("details", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.TextField(blank=True, db_default="", default="")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-opened_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("kind",),
                        name="one_open_incident_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "offer_unrecorded",
                                    "offer_lost",
                                    "stage_journal",
                                    "stage_handoff",
                                    "instants",
                                    "merged",
                                    "not_offered",
                                    "nobodys",
                                    "left_sales",
                                ],
                            )
                        ),
                        name="incident_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(("closed_at__isnull", False), models.Q(("note", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="a_closed_incident_says_how",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadFit",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fit",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("captured_at", portal.common.fields.InstantField()),
                ("email_domain", models.CharField(max_length=253, null=True)),
                ("is_free_email", models.BooleanField(null=True)),
                ("is_disposable_email", models.BooleanField(null=True)),
                ("has_business_website", models.BooleanField(default=False)),
                ("has_phone", models.BooleanField(default=False)),
                ("job_title_key", models.CharField(max_length=250, null=True)),
                ("job_title_words", models.CharField(max_length=260, null=True)),
                ("role_key", models.CharField(max_length=120, null=True)),
                ("seniority_key", models.CharField(max_length=120, null=True)),
                ("department_key", models.CharField(max_length=120, null=True)),
                ("language_key", models.CharField(max_length=60, null=True)),
                ("lead_source_key", models.CharField(max_length=200, null=True)),
                ("channel_key", models.CharField(max_length=200, null=True)),
                ("campaign_key", models.CharField(max_length=200, null=True)),
                ("country_key", models.CharField(max_length=120, null=True)),
                ("region_key", models.CharField(max_length=120, null=True)),
                ("city_key", models.CharField(max_length=120, null=True)),
                ("company_key", models.CharField(max_length=250, null=True)),
                ("company_words", models.CharField(max_length=260, null=True)),
                ("industry_key", models.CharField(max_length=200, null=True)),
                ("employee_band_key", models.CharField(max_length=60, null=True)),
                ("revenue_band_key", models.CharField(max_length=60, null=True)),
                ("employees", models.BigIntegerField(null=True)),
                ("annual_revenue", models.BigIntegerField(null=True)),
                ("account_kind", models.CharField(max_length=16, null=True)),
            ],
        ),
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
        migrations.CreateModel(
            name="TouchedLead",
            fields=[
                (
                    "lead",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="leads.lead",
                    ),
                ),
                ("stamp", models.BigIntegerField()),
                ("marked_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("parked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("parked_at", None)), fields=["marked_at"], name="touched_waiting"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="lead",
            name="account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="leads",
                to="leads.account",
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="leads",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="IncidentLead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("found_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "handoff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leads.handoff",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leads", to="leads.incident"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at", None)),
                        fields=("incident", "key"),
                        name="named_once_in_an_incident",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="handoff",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="handoffs", to="leads.lead"
            ),
        ),
        migrations.CreateModel(
            name="GoldenLead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("must_qualify", models.BooleanField()),
                ("sentence", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="golden_leads",
                        to="definitions.definition",
                    ),
                ),
                (
                    "retired_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("definition", "lead"),
                        name="one_golden_word_per_lead",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FieldChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=80)),
                ("before", models.CharField(blank=True, max_length=500)),
                ("after", models.CharField(blank=True, max_length=500)),
                ("changed_at", models.DateTimeField()),
                ("import_id", models.IntegerField(null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="field_changes",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ("-changed_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="AnswerExample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="examples",
                        to="definitions.repanswer",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.lead"
                    ),
                ),
            ],
            options={
                "ordering": ("answer", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("answer", "lead"), name="one_example_per_answer_and_lead")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500)),
                ("text_key", models.CharField(max_length=500, null=True)),
                ("text_words", models.CharField(max_length=520, null=True)),
                ("number", models.FloatField(null=True)),
                ("day", models.DateField(null=True)),
                ("import_id", models.IntegerField(null=True)),
                (
                    "attribute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="definitions.attribute",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attribute_values",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["attribute", "text_key", "lead"], name="lead_by_value_text"),
                    models.Index(fields=["attribute", "number", "lead"], name="lead_by_value_number"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("lead", "attribute"), name="one_value_per_lead_and_attribute"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MarkDrain",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("worked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_drain_of_marks")
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("qualify", "Offer it although it does not qualify"),
                            ("hold", "Hold it back although it qualifies"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                ("ends_on", models.DateField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="overrides", to="leads.lead"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-made_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("lead",), name="one_override_per_lead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("qualify", "hold"))), name="override_kind_is_known"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="handoff",
            name="override",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handoffs",
                to="leads.override",
            ),
        ),
        migrations.CreateModel(
            name="PickUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("picked_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fixed", "The fact was put right"),
                            ("rerouted", "Offered again"),
                            ("resting", "Put into nurture"),
                            ("ruled_out", "Ruled out"),
                        ],
                        max_length=16,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "handoff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pick_up",
                        to="leads.handoff",
                    ),
                ),
                (
                    "picked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("outcome__in", ("fixed", "rerouted", "resting", "ruled_out")),
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_settled_pick_up_says_by_whom_and_how",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DealtTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dealt_at", models.DateTimeField()),
                ("is_credit", models.BooleanField(default=False)),
                ("is_given_back", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="turns", to="leads.handoff"
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="leads.pool",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["dealt_at", "person"], name="turns_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_given_back", False)),
                        fields=("handoff",),
                        name="one_turn_per_handoff",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("last_turn", models.BigIntegerField(default=0)),
                ("credits", models.PositiveSmallIntegerField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="leads.pool"
                    ),
                ),
            ],
            options={
                "ordering": ("pool", "person__name", "id"),
                "constraints": [
                    models.UniqueConstraint(fields=("pool", "person"), name="one_place_per_pool_and_person"),
                    models.UniqueConstraint(
                        condition=models.Q(("last_turn__gt", 0)),
                        fields=("last_turn",),
                        name="one_rep_per_turn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PreviewColumn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("hits", models.BinaryField()),
                ("occurrences", models.BinaryField(default=b"")),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="columns",
                        to="leads.previewsnapshot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("snapshot", "key"), name="one_preview_column_per_question"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("label", models.CharField(max_length=160)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("procedural", "Procedural: somebody else should have it"),
                            ("clerical", "Clerical: a fact is missing or wrong"),
                            ("definitional", "Definitional: the definition let it through"),
                            ("disqualify", "Ruled out after contact"),
                        ],
                        max_length=16,
                    ),
                ),
                ("needs_text", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.reason",
                    ),
                ),
            ],
            options={
                "ordering": ("family", "position", "label"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("key",),
                        name="one_reason_in_use_per_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("family__in", ["procedural", "clerical", "definitional", "disqualify"])
                        ),
                        name="reason_family_is_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="handoff",
            name="reason",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handoffs",
                to="leads.reason",
            ),
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("activation", "Activation"), ("refresh", "Rescore"), ("shadow", "Shadow")],
                        max_length=16,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("superseded", "Superseded by a newer run"),
                        ],
                        default="queued",
                        max_length=16,
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("leads_total", models.IntegerField(default=0)),
                ("leads_done", models.IntegerField(default=0)),
                ("requested_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.TextField(blank=True)),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="definitions.definition",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ("queued", "running"))),
                        fields=("definition", "kind"),
                        name="one_open_run_per_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["queued", "running", "done", "failed", "superseded"])
                        ),
                        name="run_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("activation", "refresh", "shadow"))),
                        name="run_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Chunk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("first_lead_id", models.BigIntegerField()),
                ("last_lead_id", models.BigIntegerField()),
                ("leads", models.IntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("done", "Done"), ("parked", "Parked")],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, max_length=32)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chunks", to="leads.run"
                    ),
                ),
            ],
            options={
                "ordering": ("run", "number"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")), fields=["run"], name="chunks_to_do"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "number"), name="one_chunk_per_number"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("waiting", "done", "parked"))),
                        name="chunk_status_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("checked_at", models.DateTimeField()),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handoff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sales_checks",
                        to="leads.handoff",
                    ),
                ),
            ],
            options={
                "ordering": ("checked_at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("handoff", "key"), name="one_check_per_handoff_and_clause"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesQualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("receipt", models.JSONField()),
                ("by_facts", models.JSONField()),
                ("is_met", models.BooleanField()),
                ("reason", models.TextField(blank=True)),
                (
                    "handoff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sales_qualification",
                        to="leads.handoff",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_met", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="an_override_has_a_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=500)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(fields=("person", "name"), name="one_saved_view_per_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "version_id", "lead_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("points", models.IntegerField()),
                ("fit", models.IntegerField()),
                ("behaviour", models.IntegerField()),
                ("grade", models.SmallIntegerField()),
                (
                    "qualification",
                    models.SmallIntegerField(
                        choices=[
                            (1, "Disqualified by a clause"),
                            (2, "Qualified by one clause alone"),
                            (3, "A required clause is not met"),
                            (4, "Below the minimum of one half"),
                            (5, "Below the threshold"),
                            (6, "Qualified by points"),
                        ]
                    ),
                ),
                ("is_qualified", models.BooleanField()),
                ("as_of", portal.common.fields.InstantField()),
                (
                    "lead",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="leads.lead",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_qualified", True)),
                        fields=["version", "-points", "lead"],
                        name="score_qualified",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade__gte", 1), ("grade__lte", 5)), name="grade_is_one_to_five"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_qualified", True), ("qualification__in", (2, 6))),
                            models.Q(("is_qualified", False), ("qualification__in", (1, 3, 4, 5))),
                            _connector="OR",
                        ),
                        name="qualified_agrees_with_its_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shadow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("preparing", "Being prepared"), ("running", "Running"), ("ended", "Ended")],
                        default="preparing",
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("due", "its time was up"),
                            ("stopped", "it was stopped early"),
                            ("overtaken", "another version came into force"),
                            ("failed", "it could not be scored"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "against",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="definitions.version",
                    ),
                ),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadows",
                        to="definitions.version",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadow",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_at", None), ("ended_at", None), ("status", "preparing")),
                            models.Q(("began_at__isnull", False), ("ended_at", None), ("status", "running")),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("status", "ended"),
                                models.Q(("ending", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_shadow_begins_and_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShadowLead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("candidate_at", models.DateTimeField(null=True)),
                ("active_at", models.DateTimeField(null=True)),
                ("is_from_start", models.BooleanField(default=False)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="leads.lead"
                    ),
                ),
                (
                    "shadow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leads", to="leads.shadow"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shadow", "lead"), name="one_row_per_lead_and_shadow"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("candidate_at__isnull", False), ("active_at__isnull", False), _connector="OR"
                        ),
                        name="a_lead_of_a_shadow_qualified",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("opportunity", "Opportunity"), ("won", "Won"), ("lost", "Lost")],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("value", models.BigIntegerField(blank=True, null=True)),
                ("external_id", models.CharField(max_length=120)),
                ("import_id", models.IntegerField(null=True)),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="leads.lead"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.source"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id", "kind"), name="one_outcome_per_source_id_and_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["opportunity", "won", "lost"])),
                        name="outcome_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="lead",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="leads", to="leads.source"
            ),
        ),
        migrations.CreateModel(
            name="StageChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.CharField(max_length=16)),
                ("after", models.CharField(max_length=16)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handoff",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stage_changes",
                        to="leads.handoff",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stage_changes",
                        to="leads.lead",
                    ),
                ),
            ],
            options={
                "ordering": ("-changed_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Tasting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.JSONField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("seed", models.PositiveBigIntegerField()),
                ("as_of", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("closed", "Closed")], default="open", max_length=8
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tastings",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("version",),
                        name="one_open_tasting_per_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status", "open")),
                            models.Q(("closed_at__isnull", False), ("status", "closed")),
                            _connector="OR",
                        ),
                        name="a_tasting_is_open_or_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TastingLead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("sketch", models.JSONField()),
                ("points", models.IntegerField()),
                ("is_qualified", models.BooleanField()),
                ("met", models.JSONField()),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="leads.lead"
                    ),
                ),
                (
                    "tasting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="leads", to="leads.tasting"
                    ),
                ),
            ],
            options={
                "ordering": ("tasting", "place"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tasting", "place"), name="one_lead_per_place_of_a_tasting"
                    ),
                    models.UniqueConstraint(fields=("tasting", "lead"), name="no_lead_twice_in_a_tasting"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TastingAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("house", models.CharField(max_length=16)),
                ("takes", models.BooleanField()),
                ("reason", models.CharField(max_length=300)),
                ("answered_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tasting_lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="leads.tastinglead",
                    ),
                ),
            ],
            options={
                "ordering": ("tasting_lead", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tasting_lead", "person"), name="one_answer_per_person_and_tasted_lead"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("house__in", ["marketing", "sales"])),
                        name="a_taster_is_of_a_house",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("occurred_at", portal.common.fields.InstantField()),
                ("seconds", models.IntegerField(null=True)),
                ("message_id", models.CharField(max_length=120)),
                ("import_id", models.IntegerField(null=True)),
                ("properties", models.JSONField(null=True)),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="definitions.activitykind",
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="activities",
                        to="leads.lead",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.source",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.term",
                    ),
                ),
                (
                    "channel",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.term",
                    ),
                ),
                (
                    "subject",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="leads.term",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
                "ordering": ("-occurred_at", "-id"),
                "indexes": [
                    models.Index(fields=["lead", "occurred_at"], include=("kind",), name="activity_of_lead"),
                    models.Index(
                        fields=["kind", "lead", "occurred_at"],
                        include=("subject", "seconds"),
                        name="activity_by_kind_and_lead",
                    ),
                    models.Index(
                        fields=["kind", "occurred_at"], include=("lead", "subject"), name="activity_by_kind"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "message_id"), name="one_activity_per_source_and_message"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seconds", None), ("seconds__gte", 0), _connector="OR"),
                        name="seconds_are_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TurnBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("dealt", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_book_of_turns")
                ],
            },
        ),
        migrations.CreateModel(
            name="TurnRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("owner", "The owner of the account"),
                            ("facts", "Leads by what is known of them"),
                        ],
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("rule", models.JSONField(blank=True, default=dict)),
                ("edit_number", models.PositiveIntegerField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pool",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="leads.pool",
                    ),
                ),
            ],
            options={
                "ordering": ("position", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "owner"), ("person", None), ("pool", None)),
                            models.Q(("kind", "facts"), ("person", None), ("pool__isnull", False)),
                            models.Q(("kind", "facts"), ("person__isnull", False), ("pool", None)),
                            _connector="OR",
                        ),
                        name="a_turn_rule_names_a_pool_or_one_rep",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="first day away")),
                ("last_on", models.DateField(verbose_name="last day away")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("first_on", "id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))),
                        name="an_absence_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=500)),
                ("text_key", models.CharField(max_length=500, null=True)),
                ("text_words", models.CharField(max_length=520, null=True)),
                ("number", models.FloatField(null=True)),
                ("day", models.DateField(null=True)),
                ("import_id", models.IntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attribute_values",
                        to="leads.account",
                    ),
                ),
                (
                    "attribute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="definitions.attribute",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["attribute", "text_key", "account"], name="account_by_value_text")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "attribute"), name="one_value_per_account_and_attribute"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Amendment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(max_length=40)),
                ("evidence", models.JSONField()),
                ("opened_at", models.DateTimeField()),
                (
                    "draft",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amends",
                        to="definitions.version",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-opened_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "criterion_key"), name="one_amendment_per_clause_and_version"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                fields=("handoff", "kind"), name="one_clock_per_handoff_and_kind"
            ),
        ),
        migrations.AddField(
            model_name="leadfit",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="leads.account",
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("status", "offered")),
                fields=["-is_contact_request", "due_at", "-grade", "id"],
                include=("owner", "lead", "points", "offered_at", "is_recycled"),
                name="queue_by_urgency",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("offered", "accepted"))),
                fields=("lead",),
                name="one_open_handoff_per_lead",
            ),
        ),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ("returned", "disqualified")), _negated=True),
                    ("reason__isnull", False),
                    _connector="OR",
                ),
                name="a_returned_lead_has_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                condition=models.Q(("merged_into", None)),
                fields=["stage", "captured_at", "id"],
                name="lead_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.UniqueConstraint(
                fields=("source", "external_id"), name="one_lead_per_source_and_external_id"
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("merged_into", None), models.Q(("email", None), _negated=True)),
                name="one_lead_per_email",
            ),
        ),
        migrations.AddIndex(
            model_name="leadfit",
            index=models.Index(
                condition=models.Q(("account__isnull", False)), fields=["account"], name="fit_by_account"
            ),
        ),
    ]
