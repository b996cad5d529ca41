"""The ballot with two keys: who may vote is frozen when it opens, and what was voted is kept for ever."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.models import HOUSES


class BallotStatus(models.TextChoices):
    OPEN = "open", _("Open")
    RATIFIED = "ratified", _("Ratified")
    REJECTED = "rejected", _("Rejected")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Ballot(models.Model):
    """One question to both houses: shall this fingerprint become the definition?

    Electorate, quorum, thresholds and deadline are copied in when it opens; later changes of teams
    or settings do not touch it. `round` rises when a material edit starts the voting over.
    """

    class Kind(models.TextChoices):
        ADOPTION = "adoption", _("Adoption")
        RESTORE = "restore", _("Emergency restore")
        RELAXATION = "relaxation", _("Temporary relaxation")

    version = models.ForeignKey("definitions.Version", on_delete=models.PROTECT, related_name="ballots")
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.ADOPTION)
    round = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.CharField(max_length=64)
    document = models.JSONField()
    slip = models.JSONField(default=dict)  # the impact slip, frozen; see leads.scoring.impact
    slip_hash = models.CharField(max_length=64, blank=True)
    # The same numbers counted again while the ballot is open, and by how many percent they may differ.
    slip_now = models.JSONField(default=dict)
    slip_asked_at = models.DateTimeField(null=True, blank=True)
    slip_counted_at = models.DateTimeField(null=True, blank=True)
    drifted_at = models.DateTimeField(null=True, blank=True)  # when voters were told; once a round
    drift_percent = models.PositiveSmallIntegerField(default=10)
    differences = models.JSONField(default=list)  # the diff against the active version, in words
    checks = models.JSONField(default=list)  # what the required checks said; see definitions.checks
    status = models.CharField(max_length=16, choices=BallotStatus.choices, default=BallotStatus.OPEN)
    quorum_percent = models.PositiveSmallIntegerField()
    agree_numerator = models.PositiveSmallIntegerField()
    agree_denominator = models.PositiveSmallIntegerField()
    opened_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # When the undecided are asked again. Empty where half-way is no earlier than the last day.
    half_way_at = models.DateTimeField(null=True, blank=True)
    last_day_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict)  # the final tally, per house, as it stood at the close
    statement = models.TextField(blank=True)  # what the proposer says to the voters

    class Meta:
        ordering = ("-opened_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("version",), condition=Q(status="open"), name="one_open_ballot_per_version"
            ),
            models.CheckConstraint(
                condition=Q(status__in=BallotStatus.values), name="ballot_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("adoption", "restore", "relaxation")), name="ballot_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at=None) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="a_ballot_is_open_or_has_closed",
            ),
        )
        indexes = (
            # The sweep that lapses ballots past their deadline.
            models.Index(fields=("closes_at",), condition=Q(status="open"), name="ballots_to_close"),
        )

    def __str__(self) -> str:
        return f"Ballot on {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("definitions:ballot_page", args=[self.pk])


class Elector(models.Model):
    """One person's right to vote in one ballot, for one house. Frozen at the opening."""

    ballot = models.ForeignKey(Ballot, on_delete=models.CASCADE, related_name="electors")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    house = models.CharField(max_length=16, choices=[(house.value, house.label) for house in HOUSES])
    is_author = models.BooleanField(default=False)
    reminded_half_way_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)  # on the last working day

    class Meta:
        ordering = ("house", "person__name")
        constraints = (
            models.UniqueConstraint(
                fields=("ballot", "person"), name="one_right_to_vote_per_person_and_ballot"
            ),
            models.CheckConstraint(
                condition=Q(house__in=("marketing", "sales")), name="elector_house_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.house})"


class Choice(models.TextChoices):
    AGREE = "agree", _("Agree")
    DISAGREE = "disagree", _("Disagree")
    BLOCK = "block", _("Block")
    ABSTAIN = "abstain", _("Abstain")


class Vote(models.Model):
    """What a person says now. Every earlier word stays in `VoteHistory`."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="votes")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="votes")
    house = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.CharField(max_length=64)
    choice = models.CharField(max_length=16, choices=Choice.choices)
    reason = models.TextField(blank=True)
    prediction = models.TextField(blank=True)
    cast_at = models.DateTimeField()
    # A block is answered when the one who blocked says so.
    block_answer = models.TextField(blank=True)
    block_answered_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    block_answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("cast_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("ballot", "person"), name="one_vote_per_person_and_ballot"),
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="choice_is_known"),
            models.CheckConstraint(condition=Q(house__in=("marketing", "sales")), name="vote_house_is_known"),
            models.CheckConstraint(
                condition=~Q(choice__in=("disagree", "block")) | ~Q(reason=""), name="a_no_has_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.choice}"


class VoteHistory(models.Model):
    """Every vote as it was cast, in order."""

    ballot = models.ForeignKey(Ballot, on_delete=models.PROTECT, related_name="vote_history")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    house = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField(default=1)
    fingerprint = models.CharField(max_length=64)
    choice = models.CharField(max_length=16, choices=Choice.choices)
    reason = models.TextField(blank=True)
    prediction = models.TextField(blank=True)
    cast_at = models.DateTimeField()

    class Meta:
        ordering = ("cast_at", "id")

    def __str__(self) -> str:
        return f"{self.person}: {self.choice} at {self.cast_at}"
