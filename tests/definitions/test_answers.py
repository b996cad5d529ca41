"""The two questions: who owes an answer hears of it once a day, and what a draft makes of each answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from definitions.models import AnswerReflection
from definitions.selectors.discussion import answers_standing
from definitions.services.answers import answer_give, answer_reflect, reps_remind
from portal.common.errors import Refused
from portal.common.models import AuditEntry, Notification, User
from tests.builders import NOW, maya, mona, olga, rita, sam, signed_in, sofia
from tests.definitions.drafting import a_clause, a_draft

pytestmark = pytest.mark.django_db


def reminded() -> list[str]:
    rows = Notification.objects.filter(key__startswith="answers-asked:").order_by("id")
    return [str(row.person) for row in rows]


def remind(actor: User) -> list[str]:
    return [str(person) for person in reps_remind(actor=actor, people=answers_standing(None).silent)]


def test_who_owes_an_answer_hears_of_it_once_a_day_whoever_presses() -> None:
    sam(), sofia(), rita()
    for question in ("qualified", "easiest"):
        answer_give(actor=rita(), question=question, text="That one.")
    answer_give(actor=sam(), question="easiest", text="The other.")
    with time_machine.travel(NOW, tick=False):
        assert remind(maya()) == ["Sam Okafor", "Sofia Petrova"]
        assert remind(mona()) == []
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert remind(sofia()) == ["Sam Okafor"]  # not herself
    assert reminded() == ["Sam Okafor", "Sofia Petrova", "Sam Okafor"]
    entries = AuditEntry.objects.filter(verb="answers.asked_for").order_by("id")
    assert [entry.after["people"] for entry in entries] == [["Sam Okafor", "Sofia Petrova"], ["Sam Okafor"]]


def test_the_page_says_who_has_not_answered_and_reminds_them() -> None:
    sam(), sofia()
    client = signed_in(maya())
    page = client.get("/definitions/answers/").content.decode()
    assert "Who has not answered yet" in page
    assert "Remind all 2" in page
    client.post("/definitions/answers/remind/", {"person": sofia().pk})
    assert reminded() == ["Sofia Petrova"]
    page = client.get("/definitions/answers/").content.decode()
    assert "Reminded today" in page
    assert "Remind 1 person" in page
    client.post("/definitions/answers/remind/")
    assert sorted(reminded()) == ["Sam Okafor", "Sofia Petrova"]
    said = client.post("/definitions/answers/remind/", follow=True).content.decode()
    assert "Nobody was reminded" in said
    assert len(reminded()) == 2


@pytest.mark.parametrize("value", ["x", "-1", "987654", "9" * 40])
def test_a_reminder_to_nobody_reaches_nobody(value: str) -> None:
    maya()
    assert signed_in(maya()).post("/definitions/answers/remind/", {"person": value}).status_code == 302
    assert reminded() == []


def test_who_is_in_no_team_reminds_nobody() -> None:
    sam()
    with pytest.raises(Refused, match="no team"):
        remind(olga())
    client = signed_in(olga())
    assert client.post("/definitions/answers/remind/").status_code == 403
    assert "Remind" not in client.get("/definitions/answers/").content.decode()
    assert reminded() == []


def test_each_answer_says_what_the_draft_makes_of_it_and_that_it_changed_since() -> None:
    draft = a_draft()
    clause = a_clause(draft, wording="Works in software")
    first = answer_give(actor=sam(), question="qualified", text="Software people.")
    second = answer_give(actor=sam(), question="easiest", text="My friends.")
    answer_reflect(answer=first, version=draft, actor=maya(), is_reflected=True, criterion_key=clause.key)
    answer_reflect(
        answer=second, version=draft, actor=maya(), is_reflected=False, reason="Nobody knows them."
    )
    client = signed_in(sofia())
    page = client.get("/definitions/answers/").content.decode()
    assert "Reflected in MQL v1" in page
    assert "Works in software" in page
    assert "Not in MQL v1" in page
    assert "Nobody knows them." in page
    assert "changed since" not in page
    answer_give(actor=sam(), question="qualified", text="Bank people, rather.")
    for address in ("/definitions/answers/", f"/definitions/drafts/{draft.pk}/answers/"):
        assert signed_in(sofia()).get(address).content.decode().count("The answer has changed since") == 1


def test_a_decision_made_anew_is_about_the_new_words() -> None:
    draft = a_draft()
    answer = answer_give(actor=sam(), question="qualified", text="Software people.")
    values: dict[str, Any] = {"version": draft, "actor": maya(), "is_reflected": False, "reason": "Too wide."}
    answer_reflect(answer=answer, **values)
    answer = answer_give(actor=sam(), question="qualified", text="Bank people, rather.")
    assert AnswerReflection.objects.get().is_outdated
    answer_reflect(answer=answer, **values)
    assert not AnswerReflection.objects.get().is_outdated
