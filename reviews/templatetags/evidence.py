"""Tables of evidence in pages and print. `{% load evidence %}`."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("reviews/_evidence_table.html")
def evidence_table(table: dict[str, Any]) -> dict[str, Any]:
    """A table of a card as `reviews.evidence` describes it, each cell with the name of its column."""
    first, *names = table["columns"]
    rows = [{**each, "cells": list(zip(names, each["cells"], strict=True))} for each in table["rows"]]
    return {"title": table["title"], "first": first, "names": names, "rows": rows}
