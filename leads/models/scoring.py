"""What follows from the facts: scores, the runs that make them, and the marks that ask for them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.fields import InstantField


class Qualification(models.IntegerChoices):
    """Why a lead is or is not qualified. The order is that of precedence, first match wins."""

    DISQUALIFIED = 1, _("Disqualified by a clause")
    ALONE = 2, _("Qualified by one clause alone")
    REQUIRED_MISSING = 3, _("A required clause is not met")
    BELOW_MINIMUM = 4, _("Below the minimum of one half")
    BELOW_THRESHOLD = 5, _("Below the threshold")
    QUALIFIED = 6, _("Qualified by points")


class Score(models.Model):
    """The points of one lead under one version as of an instant. Narrow on purpose.

    Readers follow `Definition.active_version`; the scores of a version in the making stand beside.
    Both keys carry no foreign-key constraint: to check a million rows takes longer than to compute and
    write them, and a score is made from the rows that it would be checked against. `check_invariants`
    looks at it instead.
    """

    pk = models.CompositePrimaryKey("version_id", "lead_id")
    version = models.ForeignKey(
        "definitions.Version",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="scores",
    )
    lead = models.ForeignKey(
        "leads.Lead",
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="scores",
    )
    points = models.IntegerField()
    fit = models.IntegerField()
    behaviour = models.IntegerField()
    grade = models.SmallIntegerField()
    qualification = models.SmallIntegerField(choices=Qualification.choices)
    is_qualified = models.BooleanField()
    as_of = InstantField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=5), name="grade_is_one_to_five"),
            models.CheckConstraint(
                condition=Q(is_qualified=True, qualification__in=(2, 6))
                | Q(is_qualified=False, qualification__in=(1, 3, 4, 5)),
                name="qualified_agrees_with_its_reason",
            ),
        )
        indexes = (
            # Who is qualified now, best first. Partial: most leads are not, so most writes miss it.
            models.Index(
                fields=("version", "-points", "lead"), condition=Q(is_qualified=True), name="score_qualified"
            ),
        )

    def __str__(self) -> str:
        return f"{self.points} points for lead {self.lead_id}"


class RunStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    SUPERSEDED = "superseded", _("Superseded by a newer run")


class Run(models.Model):
    """One scoring of all leads under one version as of `as_of`. An `activation` ends in the flip."""

    class Kind(models.TextChoices):
        ACTIVATION = "activation", _("Activation")
        REFRESH = "refresh", _("Rescore")
        SHADOW = "shadow", _("Shadow")

    definition = models.ForeignKey("definitions.Definition", on_delete=models.PROTECT, related_name="runs")
    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=RunStatus.choices, default=RunStatus.QUEUED)
    as_of = models.DateTimeField()
    leads_total = models.IntegerField(default=0)
    leads_done = models.IntegerField(default=0)
    requested_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("definition", "kind"),
                condition=Q(status__in=("queued", "running")),
                name="one_open_run_per_kind",
            ),
            models.CheckConstraint(condition=Q(status__in=RunStatus.values), name="run_status_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=("activation", "refresh", "shadow")), name="run_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"Run {self.pk} of {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("leads:run_page", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in (RunStatus.QUEUED, RunStatus.RUNNING)

    @property
    def percent(self) -> int:
        """How much is done, in whole percent; a run of no leads is done when it has ended."""
        if not self.leads_total:
            return 0 if self.is_open else 100
        return min(100, self.leads_done * 100 // self.leads_total)


class Chunk(models.Model):
    """A span of lead ids of a run, first to last inclusive: the unit that a worker claims."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        PARKED = "parked", _("Parked")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first_lead_id = models.BigIntegerField()
    last_lead_id = models.BigIntegerField()
    leads = models.IntegerField()
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.WAITING)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("run", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="one_chunk_per_number"),
            models.CheckConstraint(
                condition=Q(status__in=("waiting", "done", "parked")), name="chunk_status_is_known"
            ),
        )
        indexes = (
            # The claim: what open runs still owe.
            models.Index(fields=("run",), condition=Q(status="waiting"), name="chunks_to_do"),
        )

    def __str__(self) -> str:
        return f"chunk {self.number} of run {self.run_id}"


class TouchedLead(models.Model):
    """A mark: facts of this lead changed, its score is owed. A new `stamp` means marked again meanwhile."""

    lead = models.OneToOneField("leads.Lead", primary_key=True, on_delete=models.CASCADE, related_name="+")
    stamp = models.BigIntegerField()
    marked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            # The drain: oldest marks first.
            models.Index(fields=("marked_at",), condition=Q(parked_at=None), name="touched_waiting"),
        )

    def __str__(self) -> str:
        return f"lead {self.lead_id}"


class MarkDrain(models.Model):
    """The one row of the drain of marks: who holds its lock drains, and `worked_at` is the sign of life."""

    worked_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_drain_of_marks"),)

    def __str__(self) -> str:
        return f"drained at {self.worked_at}"


class ClockLook(models.Model):
    """Up to which instant the leads whose score changes by the clock alone have been looked for."""

    version = models.OneToOneField(
        "definitions.Version", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    looked_at = InstantField()

    def __str__(self) -> str:
        return f"{self.version_id} looked at {self.looked_at}"


class GoldenLead(models.Model):
    """A lead that must always, or must never, qualify: a sentence that every draft is held against.

    A retired one holds nothing any more and stays readable.
    """

    definition = models.ForeignKey(
        "definitions.Definition", on_delete=models.CASCADE, related_name="golden_leads"
    )
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    must_qualify = models.BooleanField()
    sentence = models.CharField(max_length=300)
    created_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    retired_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("definition", "lead"),
                condition=Q(retired_at=None),
                name="one_golden_word_per_lead",
            ),
        )

    def __str__(self) -> str:
        return self.sentence
