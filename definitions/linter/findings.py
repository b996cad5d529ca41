"""What the linter says: one sentence with its numbers, how grave it is, and where it is mended. Pure."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class LintFinding:
    """An error keeps the draft from the vote; a warning is worth a look.

    `rule` names what was looked for. `clause` is the key of the clause that it is about, empty for the
    numbers of the whole draft, and where it is said once of several clauses (`is_of_clauses`).
    """

    rule: str
    sentence: str
    clause: str = ""
    severity: str = WARNING
    is_of_clauses: bool = False

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR
