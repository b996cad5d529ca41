"""People: who they are, which house they speak for, and what they may run."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Team(models.TextChoices):
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    REVENUE_OPERATIONS = "revops", _("Revenue operations")
    NONE = "none", _("No team")


HOUSES = (Team.MARKETING, Team.SALES)


class Role(models.TextChoices):
    MEMBER = "member", _("Member")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a known time zone."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the workspace. Signs in by e-mail; speaks for `team`; may do what `role` allows."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    team = models.CharField(_("team"), max_length=16, choices=Team.choices, default=Team.NONE)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.MEMBER)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    # The hour of the day, in the person's own zone, at which the day's mail comes.
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the day’s mail"), default=8, db_default=8, validators=[MaxValueValidator(23)]
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # Sales: how many leads a week this person can work; empty means no stated limit.
    weekly_capacity = models.PositiveSmallIntegerField(_("leads a week"), null=True, blank=True)
    # Any secret feed address is made from this; a new value revokes the old address.
    feed_token = models.CharField(max_length=64, unique=True, null=True, blank=True, default=None)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="one_person_per_email"),
            models.CheckConstraint(condition=models.Q(team__in=Team.values), name="user_team_is_known"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def is_manager(self) -> bool:
        return self.role in (Role.MANAGER, Role.ADMINISTRATOR)

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() or "?"


class Invitation(models.Model):
    """An e-mailed offer to join. The token itself is never stored, only its SHA-256."""

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    team = models.CharField(max_length=16, choices=Team.choices, default=Team.NONE)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey("common.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_email",
            ),
        )

    def __str__(self) -> str:
        return self.email
