"""Cells to values: text, whole numbers, numbers, instants, days, yes or no, addresses. Pure.

Every function takes a trimmed, non-empty cell and raises `ValueError` with a sentence for the person
who sent the file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from leads.domains import domain_of_email

YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "ja", "oui", "si", "sí", "on", "x"})
NO = frozenset({"no", "n", "false", "f", "0", "0.0", "nein", "non", "off"})
# Two per row of the sample may be words that people read as yes or no; digits alone are numbers.
YES_NO_WORDS = frozenset({"yes", "y", "true", "no", "n", "false", "ja", "nein", "oui", "non"})
# What exports write where nobody knows; the mapping screen shows and changes the list.
MEANS_UNKNOWN = ("Select", "N/A", "null", "none", "nan", "-", "#N/A", "(blank)")

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_OTHER = re.compile(r"[+-]?\d{1,3}([.' \u00a0\u202f]\d{3})+(,\d+)?")
_ISO_LIKE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_DAY_OR_MONTH_FIRST = re.compile(
    r"(\d{1,2})([/.-])(\d{1,2})[/.-](\d{4})"
    r"(?:,?[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?)?",
    re.IGNORECASE,
)
_IN_WORDS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y")
_MASKED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=")
_CURRENCIES = "".join(("€", "$", "£", "¥", " ", "\u00a0"))
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


def text_of(limit: int) -> Callable[[str], str]:
    """Text of at most `limit` characters; a formula is refused, since its result is not in the file."""

    def convert(cell: str) -> str:
        if cell[0] == "=" and len(cell) > 1:
            raise ValueError(f"“{shortened(cell)}” is a formula. Export the values of the sheet.")
        if len(cell) > limit:
            raise ValueError(f"The text has {len(cell):,} characters; at most {limit} fit.")
        return cell

    return convert


def shortened(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"


def key_text(cell: str) -> str:
    """An identifier, as it stands: leading zeros stay."""
    if len(cell) > 120:
        raise ValueError("The id has more than 120 characters.")
    return text_of(120)(cell)


def number_of(cell: str) -> float:
    """A number with or without thousands separators, a currency sign or a percent sign."""
    plain = "".join(cell.split("%")).strip(_CURRENCIES).replace("−", "-")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _GROUPED_OTHER.fullmatch(plain) and (
        len(re.split(r"[.' \u00a0\u202f]", plain)) > 2 or "." not in plain
    ):
        plain = re.sub(r"[.' \u00a0\u202f]", "", plain).replace(",", ".")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain) if "_" not in plain else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"“{shortened(cell)}” is not a number.")
    return value


def whole_number(cell: str) -> int:
    """A whole number from 0 to 10^15; what stands behind the point is rounded away."""
    value = round(number_of(cell))
    if not 0 <= value <= 10**15:
        raise ValueError(f"“{shortened(cell)}” is not a count from 0 up.")
    return value


def yes_no(cell: str) -> float:
    """1.0 for yes, 0.0 for no."""
    word = cell.casefold()
    if word in YES:
        return 1.0
    if word in NO:
        return 0.0
    raise ValueError(f"“{shortened(cell)}” is neither yes nor no.")


def email_of(cell: str) -> str:
    """A lower-case address. A masked one (a hash in its place) identifies, and is kept as it is."""
    address = cell.casefold().removeprefix("mailto:")
    if len(address) > 254:
        raise ValueError("The e-mail address has more than 254 characters.")
    if _ADDRESS.fullmatch(address) and domain_of_email(address):
        return address
    if _MASKED.fullmatch(cell):
        return cell.casefold()
    raise ValueError(f"“{shortened(cell)}” is not an e-mail address.")


def instant_of(zone: ZoneInfo, day_first: bool) -> Callable[[str], datetime]:
    """Instants in UTC. A time without a zone is one in `zone`; a date alone is its first moment there."""

    @lru_cache(maxsize=20_000)
    def convert(cell: str) -> datetime:
        moment = _moment(cell, day_first)
        if moment is None:
            raise ValueError(f"“{shortened(cell)}” is not a date.")
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            moment = datetime(1, 1, 1, tzinfo=UTC)
        if not 1900 <= moment.year <= 2200:
            raise ValueError(f"“{shortened(cell)}” is out of range: dates run from 1900 to 2200.")
        return moment

    return convert


def day_of(day_first: bool) -> Callable[[str], date]:
    """The calendar day as written, whatever the time and zone behind it."""

    @lru_cache(maxsize=20_000)
    def convert(cell: str) -> date:
        moment = _moment(cell, day_first)
        if moment is None:
            raise ValueError(f"“{shortened(cell)}” is not a date.")
        return moment.date()

    return convert


def is_date(cell: str) -> bool:
    try:
        return _moment(cell, False) is not None and not cell.isdigit()
    except ValueError:
        try:
            return _moment(cell, True) is not None
        except ValueError:
            return False


def is_number(cell: str) -> bool:
    try:
        number_of(cell)
    except ValueError:
        return False
    return True


def seems_day_first(cells: list[str]) -> bool:
    """Whether 03/04/2024 is in April: some cell has a first part above 12, or points stand between."""
    for cell in cells:
        found = _DAY_OR_MONTH_FIRST.fullmatch(cell)
        if found and (int(found[1]) > 12 or found[2] == "."):
            return True
        if found and int(found[3]) > 12:
            return False
    return False


def _moment(cell: str, day_first: bool) -> datetime | None:
    """The instant or local time that a cell says; None when it has no form of a date."""
    if len(cell) > 40:
        return None
    found = _ISO_LIKE.fullmatch(cell)
    if found:
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        micro = int(((fraction or "") + "000000")[:6])
        clock = (int(hour or 0), int(minute or 0), int(second or 0), micro)
        moment = _existing(cell, int(year), int(month), int(day), *clock)
        return moment.replace(tzinfo=_offset(zone)) if zone else moment
    found = _DAY_OR_MONTH_FIRST.fullmatch(cell)
    if found:
        first, mark, second_part, year, hour, minute, second, half = found.groups()
        day, month = (first, second_part) if day_first or mark == "." else (second_part, first)
        hours = int(hour or 0)
        if half:
            hours = hours % 12 + (12 if half.upper() == "PM" else 0)
        return _existing(cell, int(year), int(month), int(day), hours, int(minute or 0), int(second or 0), 0)
    if cell.isdigit() and len(cell) in (10, 13):
        # Seconds or milliseconds since 1970, as programs write them.
        scale = 1 if len(cell) == 10 else 1000
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(cell) * 1000 // scale)
    for form in _IN_WORDS:
        try:
            return datetime.strptime(cell, form)  # noqa: DTZ007 - the caller gives it its zone
        except ValueError:
            continue
    return None


def _existing(cell: str, *parts: int) -> datetime:
    try:
        return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - the caller gives it its zone
    except ValueError:
        raise ValueError(f"“{shortened(cell)}” is not a date that exists.") from None


def _offset(zone: str) -> ZoneInfo | None:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return ZoneInfo("UTC")
    return datetime.strptime(zone.replace(":", "").ljust(5, "0"), "%z").tzinfo  # type: ignore[return-value]
