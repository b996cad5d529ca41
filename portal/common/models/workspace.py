"""The workspace: one row of what everybody shares, and the hours in which the teams work."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.common.models.people import Team, validate_time_zone


class Workspace(models.Model):
    """The single row with the company's own settings. Row 1 is laid after each migrate."""

    name = models.CharField(_("company"), max_length=120, default="Our company")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    holiday_region = models.CharField(_("region"), max_length=10, blank=True)
    # Working hours of sales until a decision, a follow-up, and a decision on a contact request; of
    # marketing until a lead that sales returned is picked up.
    decide_hours = models.PositiveSmallIntegerField(default=8, validators=[MinValueValidator(1)])
    follow_up_hours = models.PositiveSmallIntegerField(default=24, validators=[MinValueValidator(1)])
    contact_request_hours = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    pick_up_hours = models.PositiveSmallIntegerField(
        default=16, db_default=16, validators=[MinValueValidator(1)]
    )
    # Two keys: percent of the eligible that must vote; share of the cast votes that must agree.
    quorum_percent = models.PositiveSmallIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    agree_numerator = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    agree_denominator = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    ballot_working_days = models.PositiveSmallIntegerField(default=5, validators=[MinValueValidator(1)])
    # How far the numbers that voters were shown may drift before they are told.
    drift_percent = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # How often a clause is challenged before the portal drafts an amendment: so many returns, or such a share
    # of the leads that met it, of the last 90 days.
    challenges_to_amend = models.PositiveSmallIntegerField(
        default=5, db_default=5, validators=[MinValueValidator(1)]
    )
    challenge_percent = models.PositiveSmallIntegerField(
        default=10, db_default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    set_up_at = models.DateTimeField(null=True, blank=True)
    has_sample_data = models.BooleanField(default=False)
    # Revokes every workspace-wide calendar feed when changed.
    feed_token = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="one_workspace"),
            models.CheckConstraint(
                condition=models.Q(agree_numerator__lte=models.F("agree_denominator")),
                name="agree_share_is_at_most_all",
            ),
        )

    def __str__(self) -> str:
        return self.name


class TeamCalendar(models.Model):
    """Where a team works, if elsewhere than the workspace: what is empty is as there."""

    team = models.CharField(max_length=16, choices=Team.choices, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_time_zone])
    holiday_country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    holiday_region = models.CharField(_("region"), max_length=10, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(holiday_country="", holiday_region__gt=""),
                name="a_region_is_of_a_country",
            ),
        )

    def __str__(self) -> str:
        return self.team


class WorkingHours(models.Model):
    """One stretch of a team's working week, in the local time of the team. Monday is 0."""

    team = models.CharField(max_length=16, choices=Team.choices)
    weekday = models.PositiveSmallIntegerField(validators=[MaxValueValidator(6)])
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ("team", "weekday", "starts")
        verbose_name_plural = "working hours"
        constraints = (
            models.UniqueConstraint(fields=("team", "weekday", "starts"), name="one_stretch_per_start"),
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts")), name="work_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="weekday_is_a_weekday"),
        )

    def __str__(self) -> str:
        return f"{self.team} {self.weekday} {self.starts:%H:%M}–{self.ends:%H:%M}"


class OwnHoliday(models.Model):
    """A day off of the company's own, for one team or (team empty) for everybody."""

    day = models.DateField()
    name = models.CharField(max_length=120)
    team = models.CharField(max_length=16, choices=Team.choices, blank=True)

    class Meta:
        ordering = ("day",)
        constraints = (
            models.UniqueConstraint(fields=("day", "team"), name="one_own_holiday_per_day_and_team"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
