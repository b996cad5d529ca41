"""Reads of the definitions app."""

from definitions.selectors.versions import (
    active_version,
    criteria_of,
    drafts_of,
    history_of,
    open_ballots_of,
    signatures_of,
    the_definition,
    version_named,
    versions_visible_to,
)
from definitions.selectors.vocabulary import catalogue, persona_of, personas

__all__ = [
    "active_version",
    "catalogue",
    "criteria_of",
    "drafts_of",
    "history_of",
    "open_ballots_of",
    "persona_of",
    "personas",
    "signatures_of",
    "the_definition",
    "version_named",
    "versions_visible_to",
]
