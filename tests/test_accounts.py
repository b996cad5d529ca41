"""People come in, change and leave; and who may not is told why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as sent_mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.selectors import open_invitations
from portal.common.mail import send_owed_mail
from portal.common.models import AuditEntry, Invitation, OutgoingMail, User, Workspace
from tests.builders import PASSWORD, ada, maya, olga, rita, sam, signed_in

pytestmark = pytest.mark.django_db
SET_UP = {
    "company": "Nordlicht",
    "name": "Ada",
    "email": "Ada@Example.com",
    "password": PASSWORD,
    "time_zone": "Europe/Berlin",
}


def test_the_first_visitor_creates_the_administrator(client: Client) -> None:
    assert client.get("/leads/").headers["Location"] == reverse("portal:first_run")
    answer = client.post(reverse("portal:first_run"), SET_UP)
    assert answer.status_code == 302
    user = User.objects.get()
    assert (user.email, user.role, user.is_active) == ("ada@example.com", "administrator", True)
    assert Workspace.objects.get().name == "Nordlicht"
    assert b"Explore with sample data" in client.get("/").content


def test_the_first_page_creates_no_second_administrator(client: Client) -> None:
    maya()
    assert client.get(reverse("portal:first_run")).status_code == 302
    client.post(reverse("portal:first_run"), SET_UP)
    assert not User.objects.filter(email="ada@example.com").exists()


def test_a_weak_password_is_told_and_nothing_is_made(client: Client) -> None:
    answer = client.post(reverse("portal:first_run"), {**SET_UP, "password": "12345678"})
    assert answer.status_code == 422
    assert not User.objects.exists()
    assert Workspace.objects.get().set_up_at is None


def test_signing_in_and_out() -> None:
    person, client = sam(), Client()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.headers["Location"] == reverse("portal:home")
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/").status_code == 302


def test_a_deactivated_person_is_out_at_once() -> None:
    person = sam()
    client = signed_in(person)
    assert client.get("/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    "page", ["portal:home", "portal:people", "portal:settings", "portal:profile", "portal:search"]
)
def test_a_stranger_is_led_to_the_sign_in_page(page: str) -> None:
    maya()
    assert Client().get(reverse(page)).headers["Location"].startswith(reverse("account_login"))


def test_a_part_of_a_page_says_that_the_session_has_ended_and_does_not_become_the_sign_in_page() -> None:
    maya()
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/?tab=mine"}
    answer = Client().get(reverse("leads:queue_news"), headers=asked)
    html = answer.content.decode()
    assert (answer.status_code, "<form" in html) == (401, False)
    assert "You are signed out, and this page is not kept up to date any more." in html
    assert f'href="{reverse("account_login")}?next=%2Fleads%2F%3Ftab%3Dmine"' in html
    answer = Client().post(reverse("leads:queue_accept"), headers=asked)
    assert (answer.status_code, b"nothing was saved" in answer.content) == (401, True)


@pytest.mark.parametrize(
    ("case", "referer", "following"),
    [
        ("its page", "http://testserver/leads/?tab=mine", "%2Fleads%2F%3Ftab%3Dmine"),
        ("another site", "http://elsewhere.example/leads/", "%2F"),
        ("none", "", "%2F"),
    ],
)
def test_what_a_stranger_posted_is_done_again_from_its_page(case: str, referer: str, following: str) -> None:
    maya()
    client = Client()
    answer = client.post(reverse("leads:queue_accept"), headers={"Referer": referer})
    assert answer.headers["Location"] == f"{reverse('account_login')}?next={following}"
    assert b"You are signed out, so nothing was saved." in client.get(answer.headers["Location"]).content


def test_an_invitation_makes_one_person_and_works_once(django_capture_on_commit_callbacks: Any) -> None:
    answer = signed_in(ada()).post(
        reverse("portal:person_invite"),
        {"email": "New@Example.com", "name": "Noor", "team": "sales", "role": "member"},
    )
    link = answer.context["link"]
    assert OutgoingMail.objects.get().text.count(link) == 1
    path = link.split("127.0.0.1:8000")[-1]
    visitor = Client()
    assert b"new@example.com" in visitor.get(path).content
    visitor.post(path, {"name": "Noor Aziz", "password": PASSWORD, "time_zone": "Asia/Dubai"})
    person = User.objects.get(email="new@example.com")
    assert (person.team, person.role, person.time_zone) == ("sales", "member", "Asia/Dubai")
    assert Client().get(path).status_code == 404
    assert not open_invitations().exists()


def test_an_expired_invitation_makes_nobody() -> None:
    answer = signed_in(ada()).post(
        reverse("portal:person_invite"), {"email": "new@example.com", "team": "sales", "role": "member"}
    )
    path = answer.context["link"].split("127.0.0.1:8000")[-1]
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = Client().post(path, {"name": "Noor", "password": PASSWORD, "time_zone": "UTC"})
    assert answer.status_code == 404
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize("person", [maya, rita, olga], ids=["member", "manager", "no team"])
def test_only_an_administrator_invites(person: Any) -> None:
    values = {"email": "new@example.com", "team": "sales", "role": "administrator"}
    answer = signed_in(person()).post(reverse("portal:person_invite"), values)
    assert answer.status_code == 403
    assert "Only an administrator" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_the_last_administrator_stays_one() -> None:
    person = ada()
    values = {"name": "Ada", "team": "revops", "role": "member", "is_active": "on"}
    answer = signed_in(person).post(reverse("portal:person_edit", args=[person.pk]), values)
    assert answer.status_code == 422
    assert "Somebody must stay administrator" in answer.content.decode()
    person.refresh_from_db()
    assert person.is_administrator


def test_who_sells_finds_the_way_to_days_away_on_their_profile() -> None:
    for person, is_shown in ((sam(), True), (maya(), False)):
        page = signed_in(person).get(reverse("portal:profile")).content.decode()
        assert (reverse("leads:turn_rep", args=[person.pk]) in page) is is_shown


def test_nobody_makes_himself_a_manager_by_his_profile() -> None:
    person = sam()
    values = {"name": "Sam", "time_zone": "Europe/Paris", "role": "administrator", "team": "marketing"}
    signed_in(person).post(reverse("portal:profile"), values)
    person.refresh_from_db()
    assert (person.name, person.time_zone, person.role, person.team) == (
        "Sam",
        "Europe/Paris",
        "member",
        "sales",
    )


def test_a_forgotten_password_is_reset_by_mail() -> None:
    person = sam()
    Client().post(reverse("account_reset_password"), {"email": person.email})
    text = OutgoingMail.objects.get().text
    path = next(word for word in text.split() if "/accounts/password/reset/key/" in word).split("8000")[-1]
    visitor = Client()
    page = visitor.get(path, follow=True)
    visitor.post(
        page.redirect_chain[-1][0],
        {"password1": "another long sentence", "password2": "another long sentence"},
    )
    person.refresh_from_db()
    assert person.check_password("another long sentence")


def test_an_unknown_address_gets_the_same_answer_as_a_known_one() -> None:
    sam()
    known = Client().post(reverse("account_reset_password"), {"email": "sam@example.com"})
    unknown = Client().post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


def test_only_sample_people_can_be_looked_as() -> None:
    person, client = sam(), signed_in(ada())
    assert client.post(reverse("portal:look_as", args=[person.pk])).status_code == 403
    sample = User.objects.create_user("sofia@sample.example", None, name="Sofia", team="sales")
    client.post(reverse("portal:look_as", args=[sample.pk]))
    assert "You look at the portal as Sofia" in client.get("/").content.decode()
    client.post(reverse("portal:look_back"))
    assert "You look at the portal as" not in client.get("/").content.decode()
    assert AuditEntry.objects.filter(verb="person.looked_as").count() == 1


def test_looking_back_without_having_looked_leads_nowhere() -> None:
    assert signed_in(sam()).post(reverse("portal:look_back")).status_code == 404


def test_owed_mail_is_sent_once() -> None:
    sample = {"email": "new@example.com", "team": "sales", "role": "member"}
    signed_in(ada()).post(reverse("portal:person_invite"), sample)
    send_owed_mail()
    send_owed_mail()
    assert [message.to for message in sent_mail.outbox] == [["new@example.com"]]
    assert OutgoingMail.objects.get().status == "sent"


def test_the_settings_are_the_administrators() -> None:
    values = {
        "name": "Nordlicht", "time_zone": "Europe/Berlin", "currency": "eur", "holiday_country": "DE",
        "holiday_region": "", "decide_hours": 4, "follow_up_hours": 24, "contact_request_hours": 1,
        "pick_up_hours": 16,
        "quorum_percent": 60, "agree_numerator": 2, "agree_denominator": 3, "ballot_working_days": 5,
        "drift_percent": 10, "challenges_to_amend": 5, "challenge_percent": 10,
    }  # fmt: skip
    assert signed_in(rita()).post(reverse("portal:settings"), values).status_code == 403
    assert Workspace.objects.get().decide_hours == 8
    assert signed_in(ada()).post(reverse("portal:settings"), values).status_code == 302
    assert (Workspace.objects.get().decide_hours, Workspace.objects.get().currency) == (4, "EUR")
    tie = signed_in(ada()).post(
        reverse("portal:settings"), {**values, "agree_numerator": 1, "agree_denominator": 2}
    )
    assert tie.status_code == 422


@pytest.mark.parametrize("page", ["/accounts/email/", "/accounts/password/set/"])
def test_nobody_gives_himself_another_address_or_a_sample_person_a_password(page: str) -> None:
    client = Client()
    client.force_login(sam())
    added = {"action_add": "", "email": "mona@example.com", "password1": PASSWORD, "password2": PASSWORD}
    for response in (client.get(page), client.post(page, added)):
        assert response.status_code == 403
    assert User.objects.get(pk=sam().pk).email == "sam@example.com"


@pytest.mark.parametrize(
    ("typed", "kept"), [("Sam\r\nBcc: x", "Sam Bcc: x"), ("Sam\u202eoN", "SamoN"), ("  Sam  O ", "Sam O")]
)
def test_a_name_is_one_line_of_what_can_be_seen(typed: str, kept: str) -> None:
    person = sam()
    signed_in(person).post(reverse("portal:profile"), {"name": typed, "time_zone": "UTC"})
    person.refresh_from_db()
    assert person.name == kept
