"""The definition, its versions, and the clauses of each."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    MQL = "mql", _("Marketing-qualified lead")
    SALES_QUALIFIED = "sql", _("Sales-qualified lead")


class Definition(models.Model):
    """The agreement on one stage. `active_version` is the pointer that readers of scores follow.

    Only the flip of a finished run moves the pointer (`leads.scoring.flip`), in one transaction.
    """

    stage = models.CharField(max_length=8, choices=Stage.choices, unique=True)
    active_version = models.OneToOneField(
        "definitions.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_every_days = models.PositiveSmallIntegerField(default=92)
    # The day of the last ratification, or of the last review that decided something on it.
    reviewed_on = models.DateField(null=True, blank=True)
    marketing_promise = models.TextField(blank=True)
    sales_promise = models.TextField(blank=True)
    # How many qualified leads a week sales needs to reach its own aims; what it can work is its people's.
    weekly_need = models.PositiveSmallIntegerField(null=True, blank=True)
    weekly_need_said_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    weekly_need_said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("stage",)
        constraints = (
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="definition_stage_is_known"),
            models.CheckConstraint(
                condition=Q(weekly_need=None)
                | Q(weekly_need_said_by__isnull=False, weekly_need_said_at__isnull=False),
                name="somebody_said_the_weekly_need",
            ),
        )

    def __str__(self) -> str:
        return self.get_stage_display()

    def get_absolute_url(self) -> str:
        return reverse("definitions:definition_page", args=[self.stage])


class VersionStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Proposed")
    RATIFIED = "ratified", _("Ratified")
    ACTIVE = "active", _("Active")
    SUPERSEDED = "superseded", _("Superseded")
    REJECTED = "rejected", _("Rejected")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Version(models.Model):
    """One wording of a definition. A draft is read from its criteria; once proposed, `document` is frozen.

    Points are whole numbers. `grade_bounds` are the lowest scores of grades 2, 3, 4 and 5, ascending.
    `fingerprint` is the SHA-256 (hex) of the canonical document's material parts.
    """

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160, blank=True)
    status = models.CharField(max_length=16, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    summary = models.TextField(blank=True)

    threshold = models.IntegerField(default=100, validators=[MinValueValidator(1)])
    minimum_fit = models.IntegerField(null=True, blank=True)
    minimum_behaviour = models.IntegerField(null=True, blank=True)
    cap_fit = models.IntegerField(null=True, blank=True)
    cap_behaviour = models.IntegerField(null=True, blank=True)
    groups = models.JSONField(default=list)  # [{"key", "label", "cap"}]
    grade_bounds = models.JSONField(default=list)

    document = models.JSONField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="drafts_from"
    )
    edit_number = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    ratified_at = models.DateTimeField(null=True, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # An emergency restore or a temporary relaxation ends by itself.
    ends_at = models.DateTimeField(null=True, blank=True)
    is_relaxation = models.BooleanField(default=False)
    # The text of another version as it stood one day, kept to be scored in silence (`leads.shadows`).
    is_shadow = models.BooleanField(default=False, db_default=False)
    # What comes back then: the version that was agreed when this one took its place.
    returns_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("definition", "-number")
        constraints = (
            models.UniqueConstraint(fields=("definition", "number"), name="one_version_per_number"),
            models.UniqueConstraint(
                fields=("definition",), condition=Q(status="active"), name="one_active_version_per_definition"
            ),
            models.UniqueConstraint(
                fields=("definition",),
                condition=Q(ends_at__isnull=False, status__in=("ratified", "active")),
                name="one_temporary_version_per_definition",
            ),
            models.CheckConstraint(
                condition=Q(status__in=VersionStatus.values), name="version_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "withdrawn"))
                | (Q(document__isnull=False) & ~Q(fingerprint="")),
                name="a_proposed_version_is_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("ratified", "active", "superseded")) | Q(ratified_at__isnull=False),
                name="an_active_version_was_ratified",
            ),
            # A withdrawn version moves nowhere: it can be neither voted on nor in force.
            models.CheckConstraint(
                condition=Q(is_shadow=False) | Q(status="withdrawn", document__isnull=False),
                name="a_shadow_is_frozen_and_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return self.title if self.is_shadow else f"{self.definition.stage.upper()} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("definitions:version_page", args=[self.definition.stage, self.number])


class ClauseReview(models.Model):
    """When a review last decided on a clause, in whichever version, and when it is to do so again."""

    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="clause_reviews")
    key = models.SlugField(max_length=40)
    reviewed_on = models.DateField()
    again_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("definition", "key"), name="one_last_review_per_clause_and_definition"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} reviewed on {self.reviewed_on}"


class Half(models.TextChoices):
    FIT = "fit", _("Fit")
    BEHAVIOUR = "behaviour", _("Behaviour")


class Basis(models.TextChoices):
    DATA = "data", _("Rests on data")
    ASSUMPTION = "assumption", _("Assumption")


class Criterion(models.Model):
    """One clause of one version. `key` stays the same from version to version.

    `rule` and `effect` are documents of `definitions.criteria`; nothing else reads them.
    `edit_number` makes a stale save visible: an edit names the number it started from.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=40)
    half = models.CharField(max_length=16, choices=Half.choices)
    position = models.PositiveIntegerField(default=0)
    wording = models.CharField(max_length=400)
    rule = models.JSONField(default=dict)
    effect = models.JSONField(default=dict)
    group = models.SlugField(max_length=40, blank=True)
    owner = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.TextField(blank=True)
    basis = models.CharField(max_length=16, choices=Basis.choices, default=Basis.ASSUMPTION)
    review_on = models.DateField(null=True, blank=True)
    personas = models.ManyToManyField("definitions.Persona", blank=True, related_name="criteria")
    edit_number = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("version", "half", "position", "id")
        verbose_name_plural = "criteria"
        constraints = (
            models.UniqueConstraint(fields=("version", "key"), name="one_criterion_per_key_and_version"),
            models.CheckConstraint(condition=Q(half__in=Half.values), name="criterion_half_is_known"),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="criterion_basis_is_known"),
        )

    def __str__(self) -> str:
        return self.wording
