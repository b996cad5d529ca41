"""Real leads beside an answer: found, attached with a word, taken away; and nobody else's to do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from definitions.models import RepAnswer
from definitions.services.answers import answer_give
from leads.examples.services import MOST_EXAMPLES, example_attach, example_detach
from leads.models import AnswerExample, Lead
from leads.selectors.examples import examples_by_answer
from portal.common.errors import Conflict, Invalid, Refused
from portal.common.models import AuditEntry
from tests.builders import a_lead, an_account, maya, olga, sam, signed_in, sofia

pytestmark = pytest.mark.django_db


def an_answer() -> RepAnswer:
    return answer_give(actor=sam(), question="qualified", text="One that picks up.")


def test_a_rep_finds_a_lead_and_attaches_it_with_a_word() -> None:
    answer = an_answer()
    lead = a_lead(first_name="Ines", last_name="Lund", account=an_account(name="Vantaberg"))
    a_lead(first_name="Otto")
    client = signed_in(sam())
    page = client.get(f"/leads/answers/{answer.pk}/examples/?q=ines+vanta").content.decode()
    assert "Ines Lund" in page
    assert "Otto" not in page
    answered = client.post(
        f"/leads/answers/{answer.pk}/examples/{lead.pk}/add/", {"note": " Called back in an hour. "}
    )
    assert answered["Location"] == f"/leads/answers/{answer.pk}/examples/"
    assert examples_by_answer([answer.pk])[answer.pk][0].note == "Called back in an hour."
    assert AuditEntry.objects.get(verb="answer.example_attached").after == {"lead": lead.pk}
    for page_url in ("/definitions/answers/", f"/leads/answers/{answer.pk}/examples/"):
        assert "Called back in an hour." in signed_in(maya()).get(page_url).content.decode()


def test_a_lead_stands_beside_an_answer_once_and_can_be_taken_away() -> None:
    answer, lead = an_answer(), a_lead()
    first = example_attach(answer=answer, lead=lead, actor=sam())
    assert example_attach(answer=answer, lead=lead, actor=sam(), note="Again") == first
    assert AuditEntry.objects.filter(verb="answer.example_attached").count() == 1
    signed_in(sam()).post(f"/leads/answers/{answer.pk}/examples/{lead.pk}/remove/")
    assert not AnswerExample.objects.exists()
    with pytest.raises(Conflict, match="any more"):
        example_detach(answer=answer, lead=lead, actor=sam())


def test_there_are_five_at_most() -> None:
    answer = an_answer()
    for _turn in range(MOST_EXAMPLES):
        example_attach(answer=answer, lead=a_lead(), actor=sam())
    with pytest.raises(Invalid, match="at most 5"):
        example_attach(answer=answer, lead=a_lead(), actor=sam())
    assert AnswerExample.objects.count() == MOST_EXAMPLES
    assert "Take one away" in signed_in(sam()).get(f"/leads/answers/{answer.pk}/examples/").content.decode()


@pytest.mark.parametrize("who", [sofia, maya, olga])
def test_nobody_attaches_to_somebody_elses_answer(who: Any) -> None:
    answer, lead = an_answer(), a_lead(first_name="Ines")
    with pytest.raises(Refused):
        example_attach(answer=answer, lead=lead, actor=who())
    client = signed_in(who())
    assert client.post(f"/leads/answers/{answer.pk}/examples/{lead.pk}/add/").status_code == 403
    page = client.get(f"/leads/answers/{answer.pk}/examples/?q=ines").content.decode()
    assert "Find a lead" not in page
    example_attach(answer=answer, lead=lead, actor=sam())
    assert client.post(f"/leads/answers/{answer.pk}/examples/{lead.pk}/remove/").status_code == 403
    assert AnswerExample.objects.count() == 1


def test_a_lead_that_was_merged_is_shown_as_the_one_it_became() -> None:
    answer, old, new = an_answer(), a_lead(last_name="Old"), a_lead(last_name="New")
    example_attach(answer=answer, lead=old, actor=sam())
    Lead.objects.filter(pk=old.pk).update(merged_into=new)
    found = examples_by_answer([answer.pk])[answer.pk][0]
    assert (found.label, found.url) == (new.name, new.get_absolute_url())
    assert new.get_absolute_url() in signed_in(sam()).get("/definitions/answers/").content.decode()


def test_what_is_not_there_cannot_be_attached() -> None:
    answer = an_answer()
    client = signed_in(sam())
    assert client.post(f"/leads/answers/{answer.pk}/examples/987654/add/").status_code == 404
    assert client.get("/leads/answers/987654/examples/").status_code == 404
    for words in ("%00", "x" * 5_000, "%25_%5C%27"):
        assert client.get(f"/leads/answers/{answer.pk}/examples/?q={words}").status_code == 200
    assert Client().get(f"/leads/answers/{answer.pk}/examples/").status_code == 302


def test_the_page_of_answers_asks_once_for_all_examples(django_assert_max_num_queries: Any) -> None:
    for question in RepAnswer.Question.values:
        for person in (sam(), sofia(), maya()):
            answer = answer_give(actor=person, question=question, text="That one.")
            for _turn in range(3):
                example_attach(answer=answer, lead=a_lead(), actor=person)
    client = signed_in(maya())
    with django_assert_max_num_queries(15):
        assert client.get("/definitions/answers/").content.decode().count("/leads/") >= 18
