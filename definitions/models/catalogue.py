"""What a definition may speak of: the workspace's own attributes and activity kinds, and personas.

Built-in attributes and kinds stand in `definitions.criteria.catalogue`; these rows add to them.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ValueType(models.TextChoices):
    TEXT = "text", _("Text")
    CHOICE = "choice", _("Choice")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")


class Attribute(models.Model):
    """A custom attribute of leads or of accounts. Values live in `leads`, typed by `value_type`."""

    class Holder(models.TextChoices):
        LEAD = "lead", _("Lead")
        ACCOUNT = "account", _("Account")

    holder = models.CharField(max_length=8, choices=Holder.choices, default=Holder.LEAD)
    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    value_type = models.CharField(max_length=16, choices=ValueType.choices, default=ValueType.TEXT)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("label",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(value_type__in=ValueType.values), name="attribute_type_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(holder__in=("lead", "account")), name="attribute_holder_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.label


class ActivityKind(models.Model):
    """One kind of activity. The built-in kinds are laid after each migrate; a workspace may add its own."""

    # Two bytes: the id stands in every row of the largest table, `leads.Activity`.
    id = models.SmallAutoField(primary_key=True)
    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(max_length=120)
    is_built_in = models.BooleanField(default=False)
    # Sales' own calls and mails are history, not behaviour: they never count as a lead's activity.
    is_by_lead = models.BooleanField(default=True)

    class Meta:
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class Persona(models.Model):
    """A kind of buyer, with a rule over attributes that says who fits it."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    company_size = models.CharField(max_length=200, blank=True)
    pains = models.TextField(blank=True)
    buying_cycle = models.TextField(blank=True)
    rule = models.JSONField(default=dict)
    edit_number = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
