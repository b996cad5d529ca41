"""What names somebody is hidden from every text that tasters see."""

from __future__ import annotations

import pytest

from leads.tasting.hiding import hide, secrets_of

SECRETS = secrets_of(
    names=("Ines", "Brandström-Lund", "nl-00000042", "+46 70 123 45 67", None),
    companies=("Vantaberg Software GmbH", "", None),
    addresses=("ines.lund@vantaberg.example", "https://www.vantaberg.example"),
)


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("a name", "Ines was here", "… was here"),
        ("half of a double name", "Lund, head of IT", "…, head of IT"),
        ("whatever the case", "VANTABERG day", "… day"),
        ("an address", "Write to ines.lund@vantaberg.example now", "Write to … now"),
        ("somebody else's address", "cc boss@other.example", "cc …"),
        ("inside another word", "vantabergdemo", "…"),
        ("inside an address of the web", "/welcome/vantaberg-demo", "/welcome/…-demo"),
        ("an id", "record nl-00000042", "record …-…"),
        ("a number to call", "Ring +46 70 123 45 67 or 0555/123456", "Ring … or …"),
        ("a short number of an id or a phone", "46 to 70 people", "46 to 70 people"),
        ("an ordinary word of the company", "Head of Software", "Head of Software"),
        ("nothing to hide", "Head of Operations", "Head of Operations"),
    ],
)
def test_what_is_hidden(name: str, text: str, shown: str) -> None:
    assert hide(text, SECRETS) == shown


def test_a_person_may_be_called_by_an_ordinary_word() -> None:
    secrets = secrets_of(names=("May", "House"), companies=("House of Print",), addresses=())
    assert hide("House of Print, ask May", secrets) == "… of Print, ask …"
