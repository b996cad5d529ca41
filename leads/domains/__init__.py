"""Free and disposable e-mail domains: one list kept here, one by others. Pure."""

from __future__ import annotations

from pathlib import Path

from disposable_email_domains import blocklist

_HERE = Path(__file__).parent


def _read(name: str) -> frozenset[str]:
    lines = (line.split("#")[0].strip().casefold() for line in (_HERE / name).read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


FREE = _read("free.txt")
DISPOSABLE: frozenset[str] = frozenset(blocklist)


def _is_in(domain: str, domains: frozenset[str]) -> bool:
    """Whether `domain`, or a domain above it (mail.yopmail.com), is in the list."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels) - 1))


def is_free(domain: str) -> bool:
    """Whether anybody can have an address at this (lower-case) domain without working for its owner."""
    return _is_in(domain, FREE)


def is_disposable(domain: str) -> bool:
    """Whether addresses at this (lower-case) domain are made to be thrown away."""
    return _is_in(domain, DISPOSABLE)


def domain_of_email(email: str | None) -> str | None:
    """The domain behind the last @, lower-case, or None when there is none to see (a masked address)."""
    local, at, domain = (email or "").strip().casefold().rpartition("@")
    domain = domain.rstrip(".")
    return domain if at and local and "." in domain else None


def domain_of_website(website: str) -> str | None:
    """The host of an address as people type it: with or without scheme, `www.`, port and path."""
    host = website.strip().casefold()
    host = host.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].rpartition("@")[2].split(":", 1)[0]
    host = host.removeprefix("www.").rstrip(".")
    return host if "." in host and " " not in host else None
