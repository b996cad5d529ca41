"""manage.py suggest_definition: a file of past leads, without a database."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from leads.suggest.evidence import area


def suggested(path: Path, outcome: str = "Won", **options: Any) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("suggest_definition", str(path), outcome=outcome, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def a_file(folder: Path, leads: int = 2_000, signal: float = 0.5, seed: int = 1) -> Path:
    """Rows in no order of time; `Number` rises with it. A status that is known only afterwards."""
    chance = np.random.default_rng(seed)
    path = folder / "leads.csv"
    rows = []
    for number in range(leads):
        source = str(chance.choice(["Fair", "Fair", "fair", "Advert", "Advert", "Select"]))
        visits = int(chance.integers(0, 30))
        share = 0.15 + signal * (source.casefold() == "fair") + 0.5 * signal * (visits >= 20)
        is_won = bool(chance.random() < share)
        rows.append(
            [f"x{number}", number, source, visits, "Dr" if number % 3 else "", "yes" if is_won else "no",
             "customer" if is_won else "open"]
        )  # fmt: skip
    chance.shuffle(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Id", "Number", "Lead Source", "Web Visits", "Salutation", "Won", "Lead Status"])
        writer.writerows(rows)
    return path


def test_a_file_suggests_and_scores_as_suggested(tmp_path: Path) -> None:
    """The written document, given to `score`, gives the later lines the very area that was said."""
    path, document = a_file(tmp_path), tmp_path / "suggested.json"

    said, timing = suggested(path, order="Number", output=str(document))
    out = io.StringIO()
    call_command("score", str(path), definition=str(document), stdout=out, stderr=io.StringIO())

    with path.open(encoding="utf-8") as file:
        lines = {row["Id"]: row for row in csv.DictReader(file)}
    scored = sorted(
        csv.DictReader(io.StringIO(out.getvalue())), key=lambda row: int(lines[row["id"]]["Number"])
    )
    later = scored[1_400:]
    found = area(
        np.array([int(row["points"]) for row in later]),
        np.array([lines[row["id"]]["Won"] == "yes" for row in later]),
    )
    assert found is not None
    assert f"Later leads: 600, AUC {found.value:.3f}" in said
    assert found.low > 0.6
    assert "Lead source is Fair" in said
    assert re.search(r"Web Visits is at least (18|19|20|21|22)\b", said)
    assert "Left out: Lead Status. Known only afterwards" in said
    assert "2,000 leads, ordered by “Number”." in said
    assert "searched in" in timing
    criteria = json.loads(document.read_text(encoding="utf-8"))["criteria"]
    assert {item["basis"] for item in criteria} == {"data"}
    assert all("Later leads, not used in the search: of " in item["reason"] for item in criteria)


def test_a_file_without_signal_supports_nothing(tmp_path: Path) -> None:
    path, document = a_file(tmp_path, signal=0.0), tmp_path / "suggested.json"

    said, _timing = suggested(path, order="number", output=str(document))

    assert "Nothing is supported." in said
    assert not document.exists()


def test_outcomes_dealt_out_anew_support_nothing(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    assert "Nothing is supported." not in suggested(path, order="Number")[0]
    for seed in range(5):
        assert "Nothing is supported." in suggested(path, order="Number", shuffle=seed)[0]


def test_columns_are_left_out_and_kept_by_name(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    without, _timing = suggested(path, order="Number", leave_out=["web_visits"])
    kept, _timing = suggested(path, order="Number", keep=["Lead Status"])

    assert "Web Visits" not in without
    assert "Look at: Lead Status." in kept
    assert "ead Status is" in kept.partition("Criterion")[2]


def test_what_counts_as_won_can_be_named(tmp_path: Path) -> None:
    path = a_file(tmp_path)

    said, _timing = suggested(path, "Lead Status", won="Customer", order="Number", leave_out=["Won"])

    assert "Lead source is Fair" in said


def test_lines_that_cannot_be_read_are_counted(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text + 'y1,1,"Fair\nshort,1\ny2,2,Fair,3,,,open\n', encoding="utf-8")

    said, _timing = suggested(path, order="Number")

    assert "2,000 leads, ordered by “Number”." in said
    assert "lines left out: unreadable, or their outcome is not known." in said


@pytest.mark.parametrize(
    ("name", "outcome", "options", "sentence"),
    [
        ("no such outcome", "Gewonnen", {}, "The file has no column “Gewonnen”. It has: Id, Number,"),
        ("no such column left out", "Won", {"leave_out": ["Age"]}, "The file has no column “Age”."),
        ("no such order", "Won", {"order": "Age"}, "The file has no column “Age”."),
    ],
)
def test_bad_input_is_refused_with_a_sentence(
    tmp_path: Path, name: str, outcome: str, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError) as raised:
        suggested(a_file(tmp_path, leads=50), outcome, **options)

    assert sentence in str(raised.value)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")

    with pytest.raises(CommandError, match="There is no file"):
        suggested(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="The file is empty"):
        suggested(tmp_path / "empty.csv")


def test_no_line_says_how_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("Id,Won\n1,\n2,\n", encoding="utf-8")

    with pytest.raises(CommandError, match="No line of the file says how it ended"):
        suggested(path)
