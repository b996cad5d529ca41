"""The import commands: counts on success, a sentence and a failing status otherwise."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Account, Activity, Import, Lead

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text("key,mail,note\n1,ada@werft.example,hello\n2,broken,x\n")
    return path


def test_a_mapping_may_be_given(leads: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps({"key": "external_id", "note": "department"}))
    out = run("import_leads", leads, "--mapping", mapping, "--source", "Old CRM")
    assert "2 lines" in out
    assert "1 created, 0 updated, 0 unchanged, 0 duplicates in the file, 1 rejected" in out
    assert "line 3, column mail: “broken” is not an e-mail address." in out
    lead = Lead.objects.get()
    assert (lead.source.key, lead.external_id, lead.department) == ("old-crm", "1", "hello")
    assert leads.exists()


def test_show_mapping_prints_what_may_be_given_back(leads: Path, tmp_path: Path) -> None:
    shown = run("import_leads", leads, "--show-mapping")
    assert json.loads(shown)["columns"]["mail"] == "email"
    assert not Lead.objects.exists()
    mapping = tmp_path / "map.json"
    mapping.write_text(shown)
    assert "1 created" in run("import_leads", leads, "--mapping", mapping)


def test_accounts_and_activities(tmp_path: Path, leads: Path) -> None:
    accounts, activities = tmp_path / "a.csv", tmp_path / "b.csv"
    accounts.write_text("id,name\n1,Werft\n")
    activities.write_text("email,timestamp,event\nada@werft.example,2024-01-04,page_view\n")
    run("import_leads", leads)
    run("import_accounts", accounts)
    run("import_activities", activities)
    assert (Account.objects.count(), Activity.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no file"),
        ("", "The file is empty."),
        ("colour\nred\n", "Choose the column with the lead's id or e-mail"),
        ("email\nnobody\n", "No line was taken."),
    ],
)
def test_bad_input_fails_with_a_sentence(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "file.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        run("import_leads", path)
    assert not Lead.objects.exists()
    assert not Import.objects.filter(status__in=("uploaded", "queued", "running")).exists()
