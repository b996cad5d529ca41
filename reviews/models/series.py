"""Series and their meetings: when, where, who."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.models import validate_time_zone


class Cadence(models.TextChoices):
    NTH_WEEKDAY = "nth_weekday", _("The n-th weekday of every so many months")
    EVERY_DAYS = "every_days", _("Every so many days")


class Series(models.Model):
    """A recurring review. Wall time `local_time` in `time_zone` is kept across daylight saving."""

    title = models.CharField(max_length=160)
    definition = models.ForeignKey("definitions.Definition", on_delete=models.PROTECT, related_name="series")
    cadence = models.CharField(max_length=16, choices=Cadence.choices, default=Cadence.NTH_WEEKDAY)
    nth = models.SmallIntegerField(default=1)  # 1 to 4, or -1 for the last
    weekday = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(6)])  # Monday is 0
    every_months = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    every_days = models.PositiveSmallIntegerField(default=90, validators=[MinValueValidator(1)])
    starts_on = models.DateField()
    local_time = models.TimeField()
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    duration_minutes = models.PositiveSmallIntegerField(default=90, validators=[MinValueValidator(5)])
    place = models.CharField(max_length=300, blank=True)
    uid = models.CharField(max_length=120, unique=True)
    # Every message about the series bears a number of its own, and a higher one than the message before.
    sequence = models.PositiveIntegerField(default=0)
    # The number under which time, place and recurrence stand: a reply to an earlier one is out of date.
    laid_sequence = models.PositiveIntegerField(default=0, db_default=0)
    facilitator = models.ForeignKey("common.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("title", "id")
        verbose_name_plural = "series"
        constraints = (
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="cadence_is_known"),
            models.CheckConstraint(condition=Q(nth__in=(-1, 1, 2, 3, 4)), name="nth_exists_in_every_month"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="series_weekday_is_a_weekday"),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reviews:series_page", args=[self.pk])


class MeetingStatus(models.TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")


class Trigger(models.TextChoices):
    """What sets off a meeting out of the cadence."""

    LAUNCH = "launch", _("Product launch")
    CHALLENGED = "challenged", _("Challenged clauses")
    DRIFT = "drift", _("Drift of the numbers")
    CHECKPOINT = "checkpoint", _("Checkpoint of assumptions")
    OTHER = "other", _("Something else")


class Meeting(models.Model):
    """One occurrence. `original_at`, its RECURRENCE-ID, is the instant the cadence gave; it may be moved.

    An extra one is out of the cadence and has a calendar entry of its own.
    """

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="meetings")
    original_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    duration_minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=16, choices=MeetingStatus.choices, default=MeetingStatus.SCHEDULED)
    # The number of the series (see there) under which this meeting was given its time and place.
    sequence = models.PositiveIntegerField(default=0)
    # Calendars hold it apart from its series: it was moved by itself, and is named in every later message.
    is_single = models.BooleanField(default=False, db_default=False)
    # An extra meeting out of the cadence, with what set it off.
    is_extra = models.BooleanField(default=False)
    trigger_kind = models.CharField(
        max_length=16, choices=Trigger.choices, blank=True, default="", db_default=""
    )
    trigger = models.CharField(max_length=300, blank=True)
    facilitator = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    # When a worker is to renew the agenda: postponed while one is at it, empty once that is done.
    renewal_due_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    current_item = models.ForeignKey(
        "reviews.AgendaItem", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Since when everybody's screen shows that item: its timer starts here, so no reload loses it.
    current_since = models.DateTimeField(null=True, blank=True)
    numbers = models.JSONField(null=True, blank=True)  # frozen at the close; see reviews.evidence
    minutes = models.TextField(blank=True)  # Markdown, written at the close

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("series", "original_at"),
                condition=Q(is_extra=False),
                name="one_meeting_per_occurrence",
            ),
            models.UniqueConstraint(
                fields=("series",), condition=Q(status="open"), name="one_open_meeting_per_series"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeetingStatus.values), name="meeting_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(trigger_kind__in=("", *Trigger.values)), name="trigger_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False, numbers__isnull=False),
                name="a_closed_meeting_has_its_numbers",
            ),
        )
        indexes = (
            # The agendas to prepare, and what is coming up.
            models.Index(fields=("starts_at",), condition=Q(status="scheduled"), name="meetings_ahead"),
        )

    def __str__(self) -> str:
        return f"{self.series} {self.starts_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:meeting_page", args=[self.pk])


class Participation(models.Model):
    """One person in one meeting: the reply to the invitation, presence, and the closing word."""

    class Reply(models.TextChoices):
        NONE = "none", _("No reply")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TENTATIVE = "tentative", _("Tentative")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="participations")
    reply = models.CharField(max_length=16, choices=Reply.choices, default=Reply.NONE)
    replied_at = models.DateTimeField(null=True, blank=True)
    preread_at = models.DateTimeField(null=True, blank=True)  # when the agenda was mailed, once
    was_present = models.BooleanField(default=False)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    confidence_sentence = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("person__name",)
        constraints = (
            models.UniqueConstraint(
                fields=("meeting", "person"), name="one_participation_per_person_and_meeting"
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=1, confidence__lte=5),
                name="confidence_is_one_to_five",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} in {self.meeting_id}"


class Attendee(models.Model):
    """A person invited to every meeting of a series. `reply` was given for the series as a whole."""

    class Part(models.TextChoices):
        REQUIRED = "required", _("Attendee")
        CONSULTED = "consulted", _("Consulted")

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="attendees")
    person = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=16, choices=Part.choices, default=Part.REQUIRED)
    removed_at = models.DateTimeField(null=True, blank=True)
    reply = models.CharField(
        max_length=16,
        choices=Participation.Reply.choices,
        default=Participation.Reply.NONE,
        db_default=Participation.Reply.NONE,
    )
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("person__name",)
        constraints = (
            models.UniqueConstraint(fields=("series", "person"), name="one_seat_per_person_and_series"),
        )

    def __str__(self) -> str:
        return str(self.person)
