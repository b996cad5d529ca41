"""The people of the sample company. They have no password: an administrator looks as one of them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from portal.accounts.policies import SAMPLE_DOMAIN
from portal.common.models import Role, Team, User
from portal.seed.trail import Desk, Trail

# (name, team, role, leads a week)
PEOPLE = (
    ("Maya Lindqvist", Team.MARKETING, Role.MEMBER, None),
    ("Marco Ferri", Team.MARKETING, Role.MEMBER, None),
    ("Mona Haddad", Team.MARKETING, Role.MANAGER, None),
    ("Jonas Weber", Team.MARKETING, Role.MEMBER, None),
    ("Aiko Tanaka", Team.MARKETING, Role.MEMBER, None),
    ("Elena Kovács", Team.MARKETING, Role.MEMBER, None),
    ("Sam Okafor", Team.SALES, Role.MEMBER, 10),
    ("Sofia Petrova", Team.SALES, Role.MEMBER, 12),
    ("Rita Novak", Team.SALES, Role.MANAGER, 4),
    ("Liam O’Connor", Team.SALES, Role.MEMBER, 10),
    ("Nadia Rahman", Team.SALES, Role.MEMBER, 8),
    ("Pedro Alvarez", Team.SALES, Role.MEMBER, 10),
    ("Astrid Berg", Team.SALES, Role.MEMBER, 10),
    ("Tom Keller", Team.SALES, Role.MEMBER, 8),
    ("Ingrid Solberg", Team.REVENUE_OPERATIONS, Role.MANAGER, None),
)
DOMAIN = SAMPLE_DOMAIN.removeprefix("@")
ZONE = "Europe/Berlin"


CAPACITY_DAYS = 120


def people_lay(joined_at: datetime) -> dict[str, User]:
    """Create them; returns first name in lower case to person."""
    made = {}
    for name, team, role, capacity in PEOPLE:
        first = name.split()[0].lower()
        made[first] = User(
            email=f"{first}@{DOMAIN}",
            name=name,
            team=team,
            role=role,
            weekly_capacity=capacity,
            time_zone=ZONE,
            password=make_password(None),
        )
    User.objects.bulk_create(made.values())
    emails = [person.email for person in made.values()]
    User.objects.filter(email__in=emails).update(joined_at=joined_at)
    by_email = User.objects.in_bulk(emails, field_name="email")
    return {first: by_email[person.email] for first, person in made.items()}


def capacity_note(people: dict[str, User], desk: Desk, trail: Trail) -> None:
    """Each rep wrote down how many leads a week they can work."""
    for number, person in enumerate(people.values()):
        if person.weekly_capacity is not None:
            trail.record(
                "person.changed",
                at=desk.ago(CAPACITY_DAYS + number),
                subject=person,
                label=str(person),
                actor=person,
                before={"weekly_capacity": None},
                after={"weekly_capacity": person.weekly_capacity},
            )
