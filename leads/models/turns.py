"""Whose turn it is: rules in order, pools of reps, days away, and every turn that was dealt."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class TurnBook(models.Model):
    """The one row that whoever deals turns or changes what they are dealt by holds. Laid after each migrate.

    `dealt` numbers the turns of the pools: who has the smallest number has waited longest.
    """

    dealt = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="one_book_of_turns"),)

    def __str__(self) -> str:
        return f"{self.dealt} turns dealt"


class Pool(models.Model):
    """Reps who take turns, the one who waited longest first."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    edit_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PoolMember(models.Model):
    """`last_turn` is the number of the last turn dealt, 0 for none yet; each credit is a turn kept."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="+")
    last_turn = models.BigIntegerField(default=0)
    credits = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("pool", "person__name", "id")
        constraints = (
            models.UniqueConstraint(fields=("pool", "person"), name="one_place_per_pool_and_person"),
            models.UniqueConstraint(
                fields=("last_turn",), condition=Q(last_turn__gt=0), name="one_rep_per_turn"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} in {self.pool}"


class TurnRule(models.Model):
    """One rule of whose turn an offer is. The first that names somebody who is here and not full decides."""

    class Kind(models.TextChoices):
        OWNER = "owner", _("The owner of the account")
        FACTS = "facts", _("Leads by what is known of them")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    # A rule of the criteria's language over facts of the lead and its account; empty: every lead.
    rule = models.JSONField(default=dict, blank=True)
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    person = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edit_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="owner", pool=None, person=None)
                | Q(kind="facts", pool__isnull=False, person=None)
                | Q(kind="facts", pool=None, person__isnull=False),
                name="a_turn_rule_names_a_pool_or_one_rep",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """A rep is away, both days included, in days of the rep's own time zone."""

    person = models.ForeignKey("common.User", on_delete=models.CASCADE, related_name="absences")
    first_on = models.DateField(_("first day away"))
    last_on = models.DateField(_("last day away"))

    class Meta:
        ordering = ("first_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="an_absence_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_on}–{self.last_on}"


class DealtTurn(models.Model):
    """An offer that went to one person. What came back as a dud, or was passed on, counts for nobody."""

    handoff = models.ForeignKey("leads.Handoff", on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    # The pool that it was dealt in; empty: by ownership, by a rule that names one rep, or by hand.
    pool = models.ForeignKey(Pool, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    dealt_at = models.DateTimeField()
    is_credit = models.BooleanField(default=False)  # a turn that was kept after an earlier dud
    is_given_back = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("handoff",), condition=Q(is_given_back=False), name="one_turn_per_handoff"
            ),
        )
        indexes = (
            # How many of this week a rep has had, and how the offers of a month were spread.
            models.Index(fields=("dealt_at", "person"), name="turns_by_day"),
        )

    def __str__(self) -> str:
        return f"turn of {self.person_id}"
