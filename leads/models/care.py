"""Marketing's side of a handoff: what came back, and where people decide otherwise than the machine."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PickUp(models.Model):
    """What marketing does about one lead that sales returned. No row yet: nobody has picked it up."""

    class Outcome(models.TextChoices):
        FIXED = "fixed", _("The fact was put right")
        REROUTED = "rerouted", _("Offered again")
        RESTING = "resting", _("Put into nurture")
        RULED_OUT = "ruled_out", _("Ruled out")

    handoff = models.OneToOneField("leads.Handoff", on_delete=models.CASCADE, related_name="pick_up")
    picked_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    picked_at = models.DateTimeField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    settled_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="", settled_at=None, settled_by=None)
                | (
                    Q(outcome__in=("fixed", "rerouted", "resting", "ruled_out"))
                    & Q(settled_at__isnull=False, settled_by__isnull=False)
                ),
                name="a_settled_pick_up_says_by_whom_and_how",
            ),
        )

    def __str__(self) -> str:
        return f"pick-up of handoff {self.handoff_id}"


class Override(models.Model):
    """Somebody decides otherwise than the machine about one lead, until a day. The score stays what it is."""

    class Kind(models.TextChoices):
        QUALIFY = "qualify", _("Offer it although it does not qualify")
        HOLD = "hold", _("Hold it back although it qualifies")

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="overrides")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_on = models.DateField()  # the last day on which it holds, a day of the workspace
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            # Also the index by which an offer finds who decided otherwise.
            models.UniqueConstraint(
                fields=("lead",), condition=Q(ended_at=None), name="one_override_per_lead"
            ),
            models.CheckConstraint(condition=Q(kind__in=("qualify", "hold")), name="override_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"[:200]
