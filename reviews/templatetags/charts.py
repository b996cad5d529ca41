"""Charts in pages, mail and print. `{% load charts %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from reviews.charts import NARROW, WIDE, drawn, is_empty

register = template.Library()


@register.inclusion_tag("shared/_chart.html")
def chart(chart: dict[str, Any], is_open: bool = False) -> dict[str, Any]:
    """A chart as `reviews.charts` describes it, with its table behind; `is_open` unfolds that, for paper.

    It is drawn twice, once for a phone; the stylesheet shows one of the two.
    """
    sheets = () if is_empty(chart) else (WIDE, NARROW)
    names = [each["name"] for each in chart["series"]]
    rows = [
        {"label": label, "cells": list(zip(names, values, strict=True))}
        for label, *values in zip(chart["labels"], *(each["values"] for each in chart["series"]), strict=True)
    ]
    return {
        "chart": chart,
        # Made by an XML library out of escaped text: see `reviews.charts.drawn`.
        "drawings": [SafeString(drawn(chart, sheet)) for sheet in sheets],
        "names": names,
        "rows": rows,
        "is_open": is_open,
    }
