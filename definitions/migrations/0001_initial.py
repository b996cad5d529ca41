import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("common", "0002_audit_triggers"),
        ("common", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityKind",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("label", models.CharField(max_length=120)),
                ("is_built_in", models.BooleanField(default=False)),
                ("is_by_lead", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ("label",),
            },
        ),
        migrations.CreateModel(
            name="Ballot",
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
                            ("adoption", "Adoption"),
                            ("restore", "Emergency restore"),
                            ("relaxation", "Temporary relaxation"),
                        ],
                        default="adoption",
                        max_length=16,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("fingerprint", models.CharField(max_length=64)),
                ("document", models.JSONField()),
                ("slip", models.JSONField(default=dict)),
                ("slip_hash", models.CharField(blank=True, max_length=64)),
                ("slip_now", models.JSONField(default=dict)),
                ("slip_asked_at", models.DateTimeField(blank=True, null=True)),
                ("slip_counted_at", models.DateTimeField(blank=True, null=True)),
                ("drifted_at", models.DateTimeField(blank=True, null=True)),
                ("drift_percent", models.PositiveSmallIntegerField(default=10)),
                ("differences", models.JSONField(default=list)),
                ("checks", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("ratified", "Ratified"),
                            ("rejected", "Rejected"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("quorum_percent", models.PositiveSmallIntegerField()),
                ("agree_numerator", models.PositiveSmallIntegerField()),
                ("agree_denominator", models.PositiveSmallIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("half_way_at", models.DateTimeField(blank=True, null=True)),
                ("last_day_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("outcome", models.JSONField(default=dict)),
                ("statement", models.TextField(blank=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-opened_at", "-id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["closes_at"], name="ballots_to_close"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "ratified", "rejected", "lapsed", "withdrawn"])
                        ),
                        name="ballot_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("adoption", "restore", "relaxation"))),
                        name="ballot_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True), ("closed_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="a_ballot_is_open_or_has_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Definition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[("mql", "Marketing-qualified lead"), ("sql", "Sales-qualified lead")],
                        max_length=8,
                        unique=True,
                    ),
                ),
                ("review_every_days", models.PositiveSmallIntegerField(default=92)),
                ("reviewed_on", models.DateField(blank=True, null=True)),
                ("marketing_promise", models.TextField(blank=True)),
                ("sales_promise", models.TextField(blank=True)),
                ("weekly_need", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("weekly_need_said_at", models.DateTimeField(blank=True, null=True)),
                (
                    "weekly_need_said_by",
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
                "ordering": ("stage",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__in", ["mql", "sql"])), name="definition_stage_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekly_need", None),
                            models.Q(
                                ("weekly_need_said_at__isnull", False), ("weekly_need_said_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="somebody_said_the_weekly_need",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Elector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "house",
                    models.CharField(choices=[("marketing", "Marketing"), ("sales", "Sales")], max_length=16),
                ),
                ("is_author", models.BooleanField(default=False)),
                ("reminded_half_way_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="electors",
                        to="definitions.ballot",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("house", "person__name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ballot", "person"), name="one_right_to_vote_per_person_and_ballot"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("house__in", ("marketing", "sales"))),
                        name="elector_house_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Persona",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("role", models.CharField(blank=True, max_length=200)),
                ("industry", models.CharField(blank=True, max_length=200)),
                ("company_size", models.CharField(blank=True, max_length=200)),
                ("pains", models.TextField(blank=True)),
                ("buying_cycle", models.TextField(blank=True)),
                ("rule", models.JSONField(default=dict)),
                ("edit_number", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="RepAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "question",
                    models.CharField(
                        choices=[
                            ("qualified", "What is a qualified lead for you?"),
                            ("easiest", "Which leads are easiest to call and qualify?"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.TextField()),
                ("edit_number", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("question", "person__name"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "question"), name="one_answer_per_person_and_question"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("question__in", ("qualified", "easiest"))),
                        name="question_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(blank=True, max_length=160)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("proposed", "Proposed"),
                            ("ratified", "Ratified"),
                            ("active", "Active"),
                            ("superseded", "Superseded"),
                            ("rejected", "Rejected"),
                            ("lapsed", "Lapsed"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="draft",
                        max_length=16,
                    ),
                ),
                ("summary", models.TextField(blank=True)),
                (
                    "threshold",
                    models.IntegerField(
                        default=100, validators=[django.core.validators.MinValueValidator(1)]
                    ),
                ),
                ("minimum_fit", models.IntegerField(blank=True, null=True)),
                ("minimum_behaviour", models.IntegerField(blank=True, null=True)),
                ("cap_fit", models.IntegerField(blank=True, null=True)),
                ("cap_behaviour", models.IntegerField(blank=True, null=True)),
                ("groups", models.JSONField(default=list)),
                ("grade_bounds", models.JSONField(default=list)),
                ("document", models.JSONField(blank=True, null=True)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("edit_number", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("ratified_at", models.DateTimeField(blank=True, null=True)),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("is_relaxation", models.BooleanField(default=False)),
                ("is_shadow", models.BooleanField(db_default=False, default=False)),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="drafts_from",
                        to="definitions.version",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="definitions.definition",
                    ),
                ),
                (
                    "returns_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("definition", "-number"),
                "constraints": [
                    models.UniqueConstraint(fields=("definition", "number"), name="one_version_per_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "active")),
                        fields=("definition",),
                        name="one_active_version_per_definition",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", False), ("status__in", ("ratified", "active"))
                        ),
                        fields=("definition",),
                        name="one_temporary_version_per_definition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "draft",
                                    "proposed",
                                    "ratified",
                                    "active",
                                    "superseded",
                                    "rejected",
                                    "lapsed",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="version_status_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ("draft", "withdrawn")),
                            models.Q(
                                ("document__isnull", False), models.Q(("fingerprint", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="a_proposed_version_is_frozen",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ("ratified", "active", "superseded")), _negated=True),
                            ("ratified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="an_active_version_was_ratified",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_shadow", False),
                            models.Q(("document__isnull", False), ("status", "withdrawn")),
                            _connector="OR",
                        ),
                        name="a_shadow_is_frozen_and_withdrawn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnsavedClause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(blank=True, max_length=40)),
                ("form", models.TextField()),
                ("kept_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unsaved_clauses",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-kept_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "person", "criterion_key"),
                        name="one_unsaved_text_per_person_and_clause",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(blank=True, max_length=40)),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "person", "criterion_key"), name="one_visit_per_person_and_page"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(blank=True, max_length=40)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="common.auditentry",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="undone_by",
                        to="definitions.draftstep",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("undone_at", None)),
                        fields=["version", "actor", "-id"],
                        name="steps_to_take_back",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="definition",
            name="active_version",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="definitions.version",
            ),
        ),
        migrations.CreateModel(
            name="Criterion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                (
                    "half",
                    models.CharField(choices=[("fit", "Fit"), ("behaviour", "Behaviour")], max_length=16),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                ("wording", models.CharField(max_length=400)),
                ("rule", models.JSONField(default=dict)),
                ("effect", models.JSONField(default=dict)),
                ("group", models.SlugField(blank=True, max_length=40)),
                ("reason", models.TextField(blank=True)),
                (
                    "basis",
                    models.CharField(
                        choices=[("data", "Rests on data"), ("assumption", "Assumption")],
                        default="assumption",
                        max_length=16,
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True)),
                ("edit_number", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
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
                    "personas",
                    models.ManyToManyField(blank=True, related_name="criteria", to="definitions.persona"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="criteria",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "criteria",
                "ordering": ("version", "half", "position", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "key"), name="one_criterion_per_key_and_version"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("half__in", ["fit", "behaviour"])), name="criterion_half_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("basis__in", ["data", "assumption"])),
                        name="criterion_basis_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(blank=True, max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[("feedback", "Feedback"), ("question", "Question"), ("concern", "Concern")],
                        default="feedback",
                        max_length=16,
                    ),
                ),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="definitions.comment",
                    ),
                ),
                (
                    "resolved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "ordering": ("created_at", "id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("kind", "concern"), ("resolved_at", None)),
                        fields=["version"],
                        name="open_concerns",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("feedback", "question", "concern"))),
                        name="comment_kind_is_known",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="ballot",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ballots", to="definitions.version"
            ),
        ),
        migrations.CreateModel(
            name="AnswerReflection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("criterion_key", models.SlugField(blank=True, max_length=40)),
                ("is_reflected", models.BooleanField()),
                ("reason", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(auto_now=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reflections",
                        to="definitions.repanswer",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reflections",
                        to="definitions.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("answer", "version"), name="one_reflection_per_answer_and_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("house", models.CharField(max_length=16)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("agree", "Agree"),
                            ("disagree", "Disagree"),
                            ("block", "Block"),
                            ("abstain", "Abstain"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("prediction", models.TextField(blank=True)),
                ("cast_at", models.DateTimeField()),
                ("block_answer", models.TextField(blank=True)),
                ("block_answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="definitions.ballot",
                    ),
                ),
                (
                    "block_answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "elector",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to="definitions.elector",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("cast_at", "id"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ballot", "person"), name="one_vote_per_person_and_ballot"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("choice__in", ["agree", "disagree", "block", "abstain"])),
                        name="choice_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("house__in", ("marketing", "sales"))), name="vote_house_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice__in", ("disagree", "block")), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="a_no_has_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoteHistory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("house", models.CharField(max_length=16)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("agree", "Agree"),
                            ("disagree", "Disagree"),
                            ("block", "Block"),
                            ("abstain", "Abstain"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("prediction", models.TextField(blank=True)),
                ("cast_at", models.DateTimeField()),
                (
                    "ballot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vote_history",
                        to="definitions.ballot",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("cast_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Attribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[("lead", "Lead"), ("account", "Account")], default="lead", max_length=8
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("label", models.CharField(max_length=120)),
                (
                    "value_type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("choice", "Choice"),
                            ("number", "Number"),
                            ("date", "Date"),
                            ("yes_no", "Yes or no"),
                        ],
                        default="text",
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("label",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value_type__in", ["text", "choice", "number", "date", "yes_no"])
                        ),
                        name="attribute_type_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holder__in", ("lead", "account"))),
                        name="attribute_holder_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClauseReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=40)),
                ("reviewed_on", models.DateField()),
                ("again_on", models.DateField(blank=True, null=True)),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clause_reviews",
                        to="definitions.definition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("definition", "key"), name="one_last_review_per_clause_and_definition"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="ballot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")),
                fields=("version",),
                name="one_open_ballot_per_version",
            ),
        ),
    ]
