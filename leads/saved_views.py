"""Saved views of the queue: filters under a name, each person's own."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from leads.models import SavedView
from portal.common import audit
from portal.common.errors import Invalid
from portal.common.models import User

MOST_VIEWS = 20
# What the columns hold.
MOST_CHARACTERS, MOST_CHARACTERS_OF_NAME = 500, 60


@transaction.atomic
def view_save(*, name: str, query: str, actor: User) -> SavedView:
    """Keep `query`, as it stands in the address, under a name.

    A name that is taken stands for the new filters from now on; filters that have a name get the new
    one. Raises `Invalid` without a name, or where there are twenty.
    """
    name = " ".join(name.split())
    if len(query) > MOST_CHARACTERS or len(name) > MOST_CHARACTERS_OF_NAME:
        raise Invalid(_("That is too long to be kept as a view."), field="name")
    if not name:
        raise Invalid(_("Give the view a name."), field="name")
    # One person's views are saved one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    own = SavedView.objects.filter(person=actor)
    same_name, same_query = own.filter(name=name).first(), own.filter(query=query).first()
    view = same_name or same_query or SavedView(person=actor)
    if view.pk is None and own.count() >= MOST_VIEWS:
        raise Invalid(
            _("You have %(n)d views. Delete one that you no longer need.") % {"n": MOST_VIEWS}, field="name"
        )
    if same_name and same_query and same_name != same_query:
        same_query.delete()
    before = {"name": view.name, "query": view.query} if view.pk else {}
    view.name, view.query = name, query
    view.save()
    after = {"name": name, "query": query}
    audit.record("saved_view.saved", subject=view, actor=actor, before=before, after=after)
    return view


@transaction.atomic
def view_delete(*, view: SavedView, actor: User) -> None:
    """Take it away; the leads that it showed stay where they are."""
    before = {"name": view.name, "query": view.query}
    audit.record("saved_view.deleted", subject=view, actor=actor, before=before)
    view.delete()
