"""People come in, change, and leave. Nobody is deleted: what they did keeps their name."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leads.handoffs.tasks import reconcile_handoffs
from portal.accounts import policies, selectors
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.errors import Conflict, Invalid
from portal.common.mail import owe_mail
from portal.common.models import Invitation, Role, User, Workspace

INVITATION_DAYS = 14


@transaction.atomic
def workspace_set_up(*, name: str, email: str, password: str, company: str, time_zone: str) -> User:
    """Create the first administrator. Of two who try at once, the second is told (409)."""
    taken = Workspace.objects.filter(pk=1, set_up_at=None).update(
        set_up_at=timezone.now(), name=company, time_zone=time_zone
    )
    if not taken or selectors.has_anyone():
        raise Conflict(_("This portal already has an administrator. Sign in, or ask to be invited."))
    user = User.objects.create_user(
        email, password, name=name, role=Role.ADMINISTRATOR, team="revops", time_zone=time_zone
    )
    audit.record("workspace.set_up", subject=user, actor=user)
    return user


@transaction.atomic
def person_invite(*, email: str, name: str, team: str, role: str, link: str, actor: User) -> str:
    """Owe an invitation by mail; returns the secret, which is kept nowhere.

    `link` is the address to open, with `{token}` in the secret's place. An open invitation for the
    same address is replaced.
    """
    policies.may_manage_people(actor).require()
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise Invalid(_("%(email)s already belongs to somebody here.") % {"email": email}, field="email")
    Invitation.objects.filter(email__iexact=email, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        team=team,
        role=role,
        token_hash=selectors.token_hash(token),
        invited_by=actor,
        expires_at=timezone.now() + timedelta(days=INVITATION_DAYS),
    )
    owe_mail(
        key=f"invitation:{invitation.pk}",
        to_email=email,
        subject=_("%(who)s invites you to Accord") % {"who": actor},
        template="emails/invitation",
        context={"invitation": invitation, "link": link.replace("{token}", token), "days": INVITATION_DAYS},
    )
    audit.record("person.invited", subject=invitation, actor=actor, after={"team": team, "role": role})
    return token


@transaction.atomic
def invitation_revoke(*, invitation: Invitation, actor: User) -> None:
    """Take an open invitation back: its secret works no longer."""
    policies.may_manage_people(actor).require()
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not taken:
        raise Conflict(_("This invitation has been used or withdrawn meanwhile."))
    audit.record("person.invitation_revoked", subject=invitation, actor=actor)


@transaction.atomic
def invitation_accept(*, token: str, name: str, password: str, time_zone: str) -> User:
    """Turn an invitation into a person. A secret works once."""
    invitation = selectors.invitation_for(token)
    if invitation is None:
        raise Conflict(_("This invitation has expired or was used. Ask for a new one."))
    taken = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        accepted_at=timezone.now()
    )
    if not taken:
        raise Conflict(_("This invitation was used a moment ago. Sign in instead."))
    user = User.objects.create_user(
        invitation.email, password, name=name, team=invitation.team, role=invitation.role, time_zone=time_zone
    )
    Invitation.objects.filter(pk=invitation.pk).update(user=user)
    audit.record("person.joined", subject=user, actor=user)
    return user


@transaction.atomic
def person_edit(
    *,
    person: User,
    name: str,
    team: str,
    role: str,
    weekly_capacity: int | None,
    is_active: bool,
    actor: User,
) -> User:
    """Change what a person is. The last active administrator stays one."""
    policies.may_manage_people(actor).require()
    # Two administrators who demote each other at once would leave none: they queue here.
    list(User.objects.select_for_update().filter(role=Role.ADMINISTRATOR).order_by("pk"))
    person.refresh_from_db()
    loses_administrator = person.is_administrator and (role != Role.ADMINISTRATOR or not is_active)
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=person.pk)
    if loses_administrator and not others.exists():
        raise Invalid(_("Somebody must stay administrator: appoint another one first."), field="role")
    fields = ("name", "team", "role", "weekly_capacity", "is_active")
    values = dict(zip(fields, (name, team, role, weekly_capacity, is_active), strict=True))
    before = {field: getattr(person, field) for field in fields}
    after = {field: value for field, value in values.items() if before[field] != value}
    User.objects.filter(pk=person.pk).update(**values)
    person.refresh_from_db()
    audit.record(
        "person.changed", subject=person, actor=actor, before={f: before[f] for f in after}, after=after
    )
    if {"is_active", "team"} & after.keys():
        # Open leads in the name of somebody who leaves sales are owed to somebody else.
        ring_on_commit(reconcile_handoffs)
    return person


@transaction.atomic
def profile_edit(*, person: User, name: str, time_zone: str, weekly_capacity: int | None) -> User:
    """What everybody may change of their own."""
    before = {"name": person.name, "time_zone": person.time_zone, "weekly_capacity": person.weekly_capacity}
    after = {"name": name, "time_zone": time_zone, "weekly_capacity": weekly_capacity}
    User.objects.filter(pk=person.pk).update(**after)
    person.refresh_from_db()
    audit.record("person.changed", subject=person, actor=person, before=before, after=after)
    return person


@transaction.atomic
def look_as(*, person: User, actor: User) -> None:
    """Say in the trail that an administrator stepped into a sample person's shoes."""
    policies.may_look_as(actor, person).require()
    audit.record("person.looked_as", subject=person, actor=actor)
