"""The doors of imports: upload, name the columns, watch, download what was rejected."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from leads.intake import advance
from leads.models import Import, Lead
from tests.builders import maya, olga, signed_in

pytestmark = pytest.mark.django_db
TEXT = "Lead Id,Email,First Name,Plan\n1,ada@werft.example,=1+1,gold\n2,grace@navy.example,Grace,silver\n"


def upload(client: Client, content: bytes = TEXT.encode(), **fields: str) -> Any:
    data = {"file": SimpleUploadedFile("My leads.csv", content), "source": "CRM", "kind": "", **fields}
    return client.post(reverse("leads:import_new"), data)


def mapped(client: Client, batch: Import, **changes: str) -> Any:
    data = {"unknown_words": "Select, N/A", "time_zone": "UTC"}
    for number, header in enumerate(batch.headers):
        data[f"to-{number}"] = batch.mapping["columns"][header]
        data[f"type-{number}"] = "choice"
    return client.post(reverse("leads:import_mapping", args=[batch.pk]), {**data, **changes})


def test_a_file_goes_all_the_way(django_assert_max_num_queries: Any) -> None:
    client = signed_in(maya())
    assert client.get(reverse("leads:import_list")).status_code == 200
    assert client.get(reverse("leads:import_new")).status_code == 200
    response = upload(client)
    batch = Import.objects.get()
    assert response.url == reverse("leads:import_mapping", args=[batch.pk])
    page = client.get(response.url)
    assert "ada@werft.example" in page.content.decode()
    assert mapped(client, batch).url == batch.get_absolute_url()
    fragment = client.get(reverse("leads:import_state", args=[batch.pk]), headers={"HX-Request": "true"})
    assert (fragment.status_code, b"<html" in fragment.content) == (200, False)
    advance.advance_due(has_time=lambda: True)
    fragment = client.get(reverse("leads:import_state", args=[batch.pk]), headers={"HX-Request": "true"})
    assert fragment.status_code == 286
    with django_assert_max_num_queries(15):
        page = client.get(batch.get_absolute_url())
    assert "is a formula" in page.content.decode()
    rejected = client.get(reverse("leads:import_rejections", args=[batch.pk]))
    lines = b"".join(rejected.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Line,Column,Reason,Lead Id,Email,First Name,Plan"
    assert lines[1].endswith("1,ada@werft.example,'=1+1,gold")
    assert list(Lead.objects.values_list("email", flat=True)) == ["grace@navy.example"]
    with django_assert_max_num_queries(15):
        client.get(reverse("leads:import_list"))


def test_a_file_that_is_no_table_is_refused_and_not_kept() -> None:
    client = signed_in(maya())
    response = upload(client, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert response.status_code == 422
    assert "This is a picture, not a CSV file." in response.content.decode()
    assert not Import.objects.exists()


def test_two_columns_for_one_field_are_sent_back() -> None:
    client = signed_in(maya())
    upload(client)
    batch = Import.objects.get()
    response = mapped(client, batch, **{"to-3": "first_name"})
    assert response.status_code == 422
    assert "cannot both be" in response.content.decode()
    batch.refresh_from_db()
    assert batch.status == "uploaded"


def test_a_file_can_be_said_to_be_something_else() -> None:
    client = signed_in(maya())
    upload(client)
    batch = Import.objects.get()
    assert batch.kind == "leads"
    client.post(reverse("leads:import_change_kind", args=[batch.pk]), {"kind": "activities"})
    batch.refresh_from_db()
    assert batch.kind == "activities"
    assert client.get(reverse("leads:import_mapping", args=[batch.pk])).status_code == 200
    assert mapped(client, batch).status_code == 422


def test_who_may_not_import_sees_why() -> None:
    client = signed_in(olga())
    assert (
        "Marketing, revenue operations and managers"
        in client.get(reverse("leads:import_new")).content.decode()
    )
    assert upload(client).status_code == 403
    assert not Import.objects.exists()


def test_cancelling_before_the_start_deletes_the_file() -> None:
    client = signed_in(maya())
    upload(client)
    batch = Import.objects.get()
    assert client.post(reverse("leads:import_cancel", args=[batch.pk])).status_code == 302
    batch.refresh_from_db()
    assert batch.status == "cancelled"
    assert client.get(batch.get_absolute_url()).status_code == 200


def test_a_crm_export_with_hundreds_of_columns_makes_a_page_of_reasonable_size() -> None:
    client = signed_in(maya())
    headers = ["id", "email", *(f"field_{number}_c" for number in range(380))]
    upload(client, (",".join(headers) + "\n" + ",".join(["1", "a@x.example", *[""] * 380]) + "\n").encode())
    page = client.get(reverse("leads:import_mapping", args=[Import.objects.get().pk]))
    assert "380 columns are empty" in page.content.decode()
    assert len(page.content) < 60_000
