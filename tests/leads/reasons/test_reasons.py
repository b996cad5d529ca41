"""The workspace's own reasons: a change is a new row, history keeps its names, and numbers go on as one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.care.forms import RuleOutForm
from leads.handoffs.forms import DisqualifyForm
from leads.models import Handoff, Reason, ReasonFamily
from leads.reasons import services
from leads.selectors.funnel import Period, funnel
from leads.selectors.handoffs import watch_list
from leads.selectors.reasons import reasons_used, return_reasons
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry, User
from tests.builders import NOW, a_lead, ada, an_active_version, maya, mona, olga, rita, sam, signed_in
from tests.races import at_once, faults

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def the(key: str) -> Reason:
    return Reason.objects.get(key=key, retired_at=None)


def _rows() -> tuple[int, int, int]:
    return (
        Reason.objects.count(),
        Reason.objects.filter(retired_at=None).count(),
        AuditEntry.objects.count(),
    )


def a_return(reason: Reason) -> Handoff:
    known = Handoff.objects.first()
    return Handoff.objects.create(
        lead=a_lead(),
        version=known.version if known else an_active_version(),
        points=0,
        grade=1,
        receipt={"lines": []},
        status="returned",
        offered_at=NOW,
        due_at=NOW,
        ended_at=NOW,
        decided_at=NOW,
        decided_by=sam(),
        reason=reason,
        reason_label=reason.label,
    )


def change(reason: Reason, actor: User | None = None, **values: Any) -> Reason:
    whole = {"label": reason.label, "family": reason.family, "needs_text": reason.needs_text, **values}
    return services.reason_edit(reason=reason, actor=actor or rita(), **whole)


def test_a_rewording_is_a_new_row(db: None) -> None:
    old = the("too-early")
    handoff = a_return(old)
    new = change(old, label="  Not   buying yet ")
    old.refresh_from_db()
    handoff.refresh_from_db()
    assert (new.label, new.key, new.replaces, new.position) == (
        "Not buying yet",
        "too-early",
        old,
        old.position,
    )
    assert old.retired_at is not None
    assert (handoff.reason, handoff.reason_label) == (old, "Too early in their buying")
    entry = AuditEntry.objects.get(verb="reason.changed")
    assert (entry.before["label"], entry.after["label"]) == ("Too early in their buying", "Not buying yet")


def test_numbers_follow_a_rewording_and_not_another_family(db: None) -> None:
    old = the("too-early")
    a_return(old)
    newer = change(old, label="Not buying yet")
    a_return(newer)
    newest = change(newer, label="Not buying this year")
    assert funnel(MAY)["by_reason"] == [
        {"reason": newest.pk, "label": "Not buying this year", "family": "definitional", "returned": 2}
    ]
    for reason in (old, newer, newest):
        assert watch_list(maya(), reason=str(reason.pk)).count() == 2
    assert [row.pk for row in reasons_used()] == [newest.pk]
    other = change(newest, family=ReasonFamily.CLERICAL)
    a_return(other)
    counts = {row["family"]: row["returned"] for row in funnel(MAY)["by_reason"]}
    assert counts == {"definitional": 2, "clerical": 1}
    assert watch_list(maya(), reason=str(other.pk)).count() == 1
    assert {row.pk for row in reasons_used()} == {newest.pk, other.pk}


def test_a_stale_change_is_refused_with_what_it_says_now(db: None) -> None:
    seen = the("too-early")
    change(the("too-early"), actor=mona(), label="Not buying yet")
    before = _rows()
    with pytest.raises(services.StaleReason, match="Both texts are below") as caught:
        change(seen, label="Mine")
    assert caught.value.current is not None
    assert (caught.value.current.label, _rows()) == ("Not buying yet", before)
    services.reason_retire(reason=the("too-early"), actor=mona())
    with pytest.raises(services.StaleReason, match="retired this reason meanwhile") as gone:
        change(seen, label="Mine")
    assert gone.value.current is None
    for act in (services.reason_retire, lambda **given: services.reason_move(**given, is_up=True)):
        with pytest.raises(Conflict):
            act(reason=seen, actor=rita())


@pytest.mark.parametrize("family", ReasonFamily.values)
def test_a_family_keeps_one(db: None, family: str) -> None:
    rows = list(Reason.objects.filter(family=family, retired_at=None).exclude(key=Reason.NO_LONGER))
    for reason in rows[:-1]:
        services.reason_retire(reason=reason, actor=rita())
    before = _rows()
    with pytest.raises(Invalid, match="needs at least one reason"):
        services.reason_retire(reason=rows[-1], actor=rita())
    other = next(each for each in ReasonFamily.values if each != family)
    with pytest.raises(Invalid, match="needs at least one reason"):
        change(rows[-1], family=other)
    assert _rows() == before


def test_what_the_portal_gives_itself_is_reworded_and_never_chosen(db: None) -> None:
    given = the(Reason.NO_LONGER)
    assert given not in return_reasons()
    before = _rows()
    with pytest.raises(Invalid, match="stays in its family"):
        services.reason_retire(reason=given, actor=rita())
    with pytest.raises(Invalid, match="stays in its family"):
        change(given, family="clerical")
    assert _rows() == before
    reworded = change(given, label="Its rep has left")
    assert reworded not in return_reasons()
    page = signed_in(rita()).get(reverse("leads:reason_list")).content.decode()
    assert "Its rep has left" in page
    assert reverse("leads:reason_retire", args=[reworded.pk]) not in page


def test_added_last_and_moved(db: None) -> None:
    made = services.reason_add(actor=mona(), label="Wrong season", family="procedural", needs_text=True)
    assert made.key.startswith("wrong-season-")

    def order() -> list[str]:
        return list(
            Reason.objects.filter(family="procedural", retired_at=None).values_list("label", flat=True)
        )

    assert order()[-1] == "Wrong season"
    services.reason_move(reason=made, actor=mona(), is_up=True)
    services.reason_move(reason=made, actor=mona(), is_up=True)
    services.reason_move(reason=made, actor=mona(), is_up=True)
    assert order()[0] == "Wrong season"
    services.reason_move(reason=made, actor=mona(), is_up=False)
    assert order()[1] == "Wrong season"
    # A reason that is retired and added again is another one: its numbers begin anew.
    services.reason_retire(reason=the(made.key), actor=mona())
    again = services.reason_add(actor=mona(), label="Wrong season", family="procedural", needs_text=False)
    assert again.key != made.key


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"label": "  "}, "label"),
        ({"label": "no budget", "family": "disqualify"}, "label"),
        ({"family": "nowhere"}, "family"),
    ],
)
def test_what_makes_no_sense(db: None, values: dict[str, str], field: str) -> None:
    before = _rows()
    whole = {"label": "Wrong season", "family": "procedural", **values}
    with pytest.raises(Invalid) as caught:
        services.reason_add(actor=rita(), needs_text=False, **whole)
    assert (caught.value.field, _rows()) == (field, before)


@pytest.mark.parametrize("who", [maya, sam, olga], ids=lambda each: each.__name__)
def test_members_keep_no_reasons(db: None, who: Any) -> None:
    before = _rows()
    with pytest.raises(Refused, match="Managers of either team"):
        services.reason_add(actor=who(), label="Mine", family="clerical", needs_text=False)
    assert _rows() == before


# -- two at once -------------------------------------------------------------------------------------------


def test_the_last_two_of_a_family_are_not_retired_at_once(transactional_db: None) -> None:
    in_use = Reason.objects.filter(family="procedural", retired_at=None).exclude(key=Reason.NO_LONGER)
    first, second, *others = list(in_use)
    Reason.objects.filter(pk__in=[row.pk for row in others]).update(retired_at=NOW)
    found = at_once(
        lambda: services.reason_retire(reason=first, actor=rita()),
        lambda: services.reason_retire(reason=second, actor=mona()),
    )
    assert [type(fault) for fault in faults(found)] == [Invalid]
    assert in_use.all().count() == 1


def test_a_reason_that_needs_a_sentence_says_so_where_it_is_chosen(db: None) -> None:
    for form in (DisqualifyForm(), RuleOutForm()):
        assert "Other (needs a sentence)" in str(form["reason"])
        assert "No budget (needs" not in str(form["reason"])


# -- through the door --------------------------------------------------------------------------------------


def test_the_pages(db: None, django_assert_max_num_queries: Any) -> None:
    client, url = signed_in(rita()), reverse("leads:reason_list")
    with django_assert_max_num_queries(15):
        html = client.get(url).content.decode()
    assert "Too early in their buying" in html
    new = reverse("leads:reason_new")
    assert client.post(new, {"label": "", "family": "clerical"}).status_code == 422
    assert client.post(new, {"label": "NO BUDGET", "family": "disqualify"}).status_code == 422
    assert client.post(new, {"label": "Wrong season", "family": "clerical"}).status_code == 302
    edit = reverse("leads:reason_edit", args=[the("too-early").pk])
    assert 'value="Too early in their buying"' in client.get(edit).content.decode()
    values = {"label": "Not buying yet", "family": "definitional"}
    assert client.post(edit, values).status_code == 302
    response = signed_in(ada()).post(edit, {**values, "label": "Mine"})
    assert response.status_code == 409
    text = response.content.decode()
    assert "Not buying yet" in text
    assert 'value="Mine"' in text
    # Saving once more is then a decision: it goes over the text that is there now.
    over = reverse("leads:reason_edit", args=[the("too-early").pk])
    assert f'action="{over}"' in text
    assert signed_in(ada()).post(over, {**values, "label": "Mine"}).status_code == 302
    assert the("too-early").label == "Mine"
    move = reverse("leads:reason_move", args=[the("facts-wrong").pk])
    assert client.post(move, {"direction": "up"}).status_code == 302
    assert client.post(reverse("leads:reason_retire", args=[the("duplicate").pk])).status_code == 302
    html = client.get(url).content.decode()
    assert "3 wordings of the past" in html


def test_members_read_the_list_and_are_told_why_they_cannot_change_it(db: None) -> None:
    client = signed_in(sam())
    html = client.get(reverse("leads:reason_list")).content.decode()
    assert "Managers of either team keep the list of reasons." in html
    assert reverse("leads:reason_new") not in html
    pk, before = the("too-early").pk, _rows()
    assert client.get(reverse("leads:reason_new")).status_code == 403
    assert client.post(reverse("leads:reason_edit", args=[pk]), {"label": "x"}).status_code == 403
    for name in ("reason_retire", "reason_move"):
        assert client.post(reverse(f"leads:{name}", args=[pk])).status_code == 403
    assert _rows() == before
    assert Client().get(reverse("leads:reason_list")).status_code == 302
