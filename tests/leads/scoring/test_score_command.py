"""manage.py score: a file under a definition, without a database."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.facts import refresh
from leads.models import Lead
from leads.scoring.compiler import score_rows
from leads.scoring.scope import Scope
from tests.builders import NOW, a_criterion, a_document, a_lead, an_account

SOFTWARE = {"attribute": "account.industry", "is": "one_of", "values": ["Software"]}
PLAN = {"attribute": "custom.plan", "is": "one_of", "values": ["Pro"]}
HEADS = {"attribute": "lead.job_title", "is": "contains_word", "values": ["head of"]}


def scored(
    folder: Path, text: str, document: dict[str, Any], **options: Any
) -> tuple[list[dict[str, str]], str]:
    (folder / "leads.csv").write_text(text, encoding="utf-8")
    (folder / "definition.json").write_text(json.dumps(document), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    call_command(
        "score",
        str(folder / "leads.csv"),
        definition=str(folder / "definition.json"),
        as_of=NOW.isoformat(),
        stdout=out,
        stderr=err,
        **options,
    )
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


def test_a_file_is_scored_without_a_database(tmp_path: Path) -> None:
    document = a_document(
        a_criterion("c-a", SOFTWARE),
        a_criterion("c-b", PLAN),
        a_criterion("c-c", HEADS, {"kind": "required"}),
    )
    text = (
        "Id;Email;Job Title;Industry;Plan\n"
        "7;grace@navy.example;Head of Sales;SOFTWARE;pro\n"
        "8;=cmd@evil.example;Clerk;Software;\n"
    ).replace("=cmd", "cmd")

    rows, said = scored(tmp_path, text, document)

    assert rows == [
        {"line": "2", "id": "7", "email": "grace@navy.example", "points": "100", "fit": "100",
         "behaviour": "0", "grade": "5", "is_qualified": "yes", "why": "Qualified by points"},
        {"line": "3", "id": "8", "email": "cmd@evil.example", "points": "50", "fit": "50",
         "behaviour": "0", "grade": "3", "is_qualified": "no", "why": "A required clause is not met"},
    ]  # fmt: skip
    assert "2 leads scored, 1 qualify." in said


@pytest.mark.django_db
def test_a_file_scores_as_the_database_does(tmp_path: Path) -> None:
    people = [("Head of IT", "Software", 80), ("Clerk", "", 500), ("", "Bank", None)]
    committee = {"account_people": 2, "meet": HEADS}
    document = a_document(
        a_criterion("c-a", SOFTWARE, {"kind": "points", "points": 30, "count": "once"}),
        a_criterion("c-b", {"attribute": "account.employees", "is": "at_least", "value": 100}),
        a_criterion("c-c", {"none": [HEADS]}, {"kind": "points", "points": 7, "count": "once"}),
        a_criterion("c-d", committee, {"kind": "disqualifies"}),
        a_criterion("c-e", {"silence_days": 30}, {"kind": "points", "points": -3, "count": "once"}),
    )
    lines = ["job_title,industry,employees,company,captured_at"]
    for title, industry, employees in people:
        account = an_account(name=f"Firm of {title}", industry=industry, employees=employees)
        a_lead(job_title=title, account=account, email=None)
        lines.append(f"{title},{industry},{employees or ''},Firm of {title},{NOW.isoformat()}")
    refresh(Lead.objects.values_list("pk", flat=True))

    rows, _said = scored(tmp_path, "\n".join(lines) + "\n", document)

    expected = [(row.points, row.grade, row.is_qualified) for row in score_rows(document, Scope.all(), NOW)]
    assert [(int(r["points"]), int(r["grade"]), r["is_qualified"] == "yes") for r in rows] == expected


def test_what_the_file_does_not_say_is_said(tmp_path: Path) -> None:
    _rows, said = scored(tmp_path, "email\na@firm.example\n", a_document())

    assert "No column of the file gives account.industry: unknown for every lead." in said
    assert "The file says nothing of activities, which “Clause c-pricing” asks for." in said


@pytest.mark.parametrize(
    ("name", "text", "document", "sentence"),
    [
        ("a cell of the wrong type", "id,employees\n1,many\n",
         a_document(a_criterion("c-a", SOFTWARE)), "Line 2, employees: “many” is not a number."),
        ("a definition that is none", "id\n1\n", {"format": "x"}, "The definition cannot be read."),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence(
    tmp_path: Path, name: str, text: str, document: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError) as raised:
        scored(tmp_path, text, document)

    assert sentence in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("score", str(tmp_path / "x.csv"), definition=str(tmp_path / "none.json"))
