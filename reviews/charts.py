"""Charts as SVG: values in, markup out. Pure.

A chart is plain JSON, so that evidence can keep it and draw the same next year:

    {"kind": "columns", "lines" or "bars", "key": a slug that no other chart of the page has,
     "title", "desc": what it shows, and of what it is a count,
     "axis": what the labels are, the head of the table's first column,
     "labels": [words of each place on the axis, or of each bar],
     "series": [{"name", "values": [one for each label], "look": "marketing", "sales" or absent}],
     "most": the end of the scale, where it is not what the values need,
     "unit": "" or "%",
     "mark": {"name", "value"}: a line across, such as a forecast; may be absent}

A value is {"value": number or None, "words": as it is read, "url": its rows or "", "low" and "high": its
interval; may be absent}. None is “too early to say”: a gap, never a nought. Bars have one series.

Series are told apart by texture, marker and dash, never by colour alone. Colours come from the tokens through
`static/css/charts.css`; the attributes below are for where no stylesheet reaches, such as a PDF. Nothing is
styled in place, so a strict Content-Security-Policy has nothing to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree as ET

Json = dict[str, Any]

MOST_SERIES = 4
LEFT, RIGHT, TOP, PLOT = 46, 12, 14, 170  # around the field, and its height
AXIS_LINE, LEGEND_LINE, NAME_LINE = 22, 20, 16
BAR_ROW = 46  # height of a bar with one line of its name

INK, SOFT, RULE, PAPER = "#1c211e", "#565c57", "#8b8c80", "#fffefa"
COLOURS = {"": "#17493f", "marketing": "#9a4210", "sales": "#1b569e"}
DASHES = ("", "7 4", "2 4", "10 3 2 3")


@dataclass(frozen=True)
class Sheet:
    """What a chart is drawn on. Letters are as large on a narrow one, and there are fewer of them."""

    name: str
    width: int
    most_labels: int  # on the axis; of more only every other, third, fourth is written
    bar_words: int  # width left for the words of a bar
    letters: int  # of a bar's name on one line
    name_lines: int  # the table has all of a name that is longer


WIDE = Sheet("wide", width=640, most_labels=13, bar_words=150, letters=90, name_lines=1)
# As wide as a phone has room for, so that twelve points are twelve there.
NARROW = Sheet("narrow", width=330, most_labels=5, bar_words=136, letters=46, name_lines=2)


def drawn(chart: Json, sheet: Sheet = WIDE) -> str:
    """One `<svg>`, named by the chart's title and described by its `desc`; all text is escaped.

    Raises ValueError with more series than can be told apart.
    """
    if len(chart["series"]) > MOST_SERIES:
        raise ValueError(f"A chart tells at most {MOST_SERIES} series apart.")
    if sheet is not WIDE:
        # Both drawings of a chart stand on one page, and an id stands there once.
        chart = {**chart, "key": f"{chart['key']}-{sheet.name}"}
    svg, key = ET.Element("svg"), chart["key"]
    _add(svg, "title", id=f"{key}-title").text = chart["title"]
    _add(svg, "desc", id=f"{key}-desc").text = chart["desc"]
    height = {"columns": _columns, "lines": _lines, "bars": _bars}[chart["kind"]](svg, chart, sheet)
    svg.attrib |= {
        "class": f"chart-drawing chart-{sheet.name} chart-of-{chart['kind']}",
        "viewBox": f"0 0 {sheet.width} {height}",
        "role": "img",
        "aria-labelledby": f"{key}-title",
        "aria-describedby": f"{key}-desc",
    }
    return ET.tostring(svg, encoding="unicode")


def is_empty(chart: Json) -> bool:
    """Whether there is nothing to draw, and the sentence and the table say all."""
    return all(one["value"] is None for each in chart["series"] for one in each["values"])


def end_of_scale(value: float) -> int:
    """The smallest of 1, 2, 4, 6, 8 times a power of ten that holds the value, and at least 2."""
    size = 1
    while True:
        for factor in (1, 2, 4, 6, 8):
            if factor * size >= max(value, 2):
                return factor * size
        size *= 10


# -- the three kinds -----------------------------------------------------------------------------------------


def _columns(svg: ET.Element, chart: Json, sheet: Sheet) -> int:
    """Columns along an axis, the series stacked from the ground up. Gives the height of the drawing."""
    series = chart["series"]
    _textures(svg, chart)
    sums = [sum(one["value"] or 0 for one in each) for each in zip(*_values(chart), strict=True)]
    field = _Field(svg, chart, sheet, max(sums, default=0))
    width = min(field.step * 0.72, 46)
    for place, label in enumerate(chart["labels"]):
        foot = 0.0
        for number, each in enumerate(series):
            one = each["values"][place]
            if one["value"]:
                top, ground = field.y(foot + one["value"]), field.y(foot)
                foot += one["value"]
                _box(svg, chart, number, (field.x(place) - width / 2, top, width, ground - top), label, one)
    field.across(chart)
    return _legend(svg, chart, field.axis(chart))


def _lines(svg: ET.Element, chart: Json, sheet: Sheet) -> int:
    """Points along an axis, each with its interval, joined where they follow each other."""
    known = [one for each in _values(chart) for one in each if one["value"] is not None]
    highest = max((one.get("high") or one["value"] for one in known), default=0)
    field = _Field(svg, chart, sheet, highest)
    apart = min(9, field.step / (len(chart["series"]) + 1))
    for number, each in enumerate(chart["series"]):
        # Side by side, or the intervals of two series would hide each other.
        shift = apart * (number - (len(chart["series"]) - 1) / 2)
        xs = [field.x(place) + shift for place in range(len(chart["labels"]))]
        for x, one in zip(xs, each["values"], strict=True):
            if one["value"] is not None and one.get("low") is not None:
                _interval(svg, (x, field.y(one["low"])), (x, field.y(one["high"])))
        for (x1, one), (x2, following) in pairwise(zip(xs, each["values"], strict=True)):
            if one["value"] is not None and following["value"] is not None:
                _stroke(svg, each, number, (x1, field.y(one["value"])), (x2, field.y(following["value"])))
        for x, one, label in zip(xs, each["values"], chart["labels"], strict=True):
            if one["value"] is not None:
                _tell(_marker(svg, each, number, x, field.y(one["value"])), label, each["name"], one)
    field.across(chart)
    return _legend(svg, chart, field.axis(chart))


def _bars(svg: ET.Element, chart: Json, sheet: Sheet) -> int:
    """Lying bars, the name of each above it and its words behind; a point where there is an interval."""
    _textures(svg, chart)
    (series,) = chart["series"]
    known = [one for one in series["values"] if one["value"] is not None]
    most = chart.get("most") or max((one.get("high") or one["value"] for one in known), default=1) or 1
    end = sheet.width - sheet.bar_words
    scale, foot = end / most, 4
    for label, one in zip(chart["labels"], series["values"], strict=True):
        name = _lines_of(label, sheet)
        for number, words in enumerate(name):
            _write(svg, words, 0, foot + 11 + NAME_LINE * number, "chart-name", INK)
        y = foot + NAME_LINE * (len(name) - 1)
        foot = y + BAR_ROW
        _write(svg, one["words"], end + 10, y + 31, "chart-words", INK)
        ground = {"x1": 0, "x2": end, "y1": y + 27, "y2": y + 27}
        _add(svg, "line", **ground, stroke=RULE, **{"class": "chart-rule"})
        if one["value"] is None:
            continue
        if one.get("low") is None:
            _box(svg, chart, 0, (0, y + 20, one["value"] * scale, 14), label, one)
        else:
            _interval(svg, (one["low"] * scale, y + 27), (one["high"] * scale, y + 27))
            _tell(_marker(svg, series, 0, one["value"] * scale, y + 27), label, series["name"], one)
    return foot


# -- the field and what stands in it -------------------------------------------------------------------------


class _Field:
    """The plane of columns and lines: where a place and a value lie. Draws its scale at once."""

    def __init__(self, svg: ET.Element, chart: Json, sheet: Sheet, highest: float) -> None:
        self.svg, self.sheet, self.right = svg, sheet, sheet.width - RIGHT
        mark = chart.get("mark")
        self.most = chart.get("most") or end_of_scale(max(highest, mark["value"] if mark else 0))
        self.step = (self.right - LEFT) / max(len(chart["labels"]), 1)
        for share in (0, 0.5, 1):
            y = self.y(self.most * share)
            _add(svg, "line", x1=LEFT, x2=self.right, y1=y, y2=y, stroke=RULE, **{"class": "chart-rule"})
            words = f"{self.most * share:g}{chart.get('unit', '')}"
            _write(svg, words, LEFT - 8, y + 4, "chart-scale", SOFT, "end")

    def x(self, place: int) -> float:
        return LEFT + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return TOP + PLOT * (1 - value / self.most)

    def across(self, chart: Json) -> None:
        """The line across, above what it is compared with."""
        if mark := chart.get("mark"):
            y = self.y(mark["value"])
            ends = {"x1": LEFT, "x2": self.right, "y1": y, "y2": y}
            look: Json = {"stroke": INK, "stroke-width": 2, "stroke-dasharray": "6 4", "class": "chart-mark"}
            _add(self.svg, "line", **ends, **look)

    def axis(self, chart: Json) -> int:
        """The labels below the field; gives where the drawing ends so far."""
        every = -(-len(chart["labels"]) // self.sheet.most_labels)
        for place, label in enumerate(chart["labels"]):
            if place % every == 0:
                _write(self.svg, label, self.x(place), TOP + PLOT + 18, "chart-label", SOFT, "middle")
        return TOP + PLOT + AXIS_LINE


def _legend(svg: ET.Element, chart: Json, y: int) -> int:
    """A sample and a name for each series, if there are several, and for the line across."""
    several = chart["series"] if len(chart["series"]) > 1 else []
    for number, each in enumerate(several):
        y += LEGEND_LINE
        if chart["kind"] == "columns":
            _box(svg, chart, number, (LEFT + 8, y - 11, 14, 12))
        else:
            _stroke(svg, each, number, (LEFT, y - 5), (LEFT + 30, y - 5))
            _marker(svg, each, number, LEFT + 15, y - 5)
        _write(svg, each["name"], LEFT + 38, y, "chart-name", INK)
    if mark := chart.get("mark"):
        y += LEGEND_LINE
        look: Json = {"stroke": INK, "stroke-width": 2, "stroke-dasharray": "6 4", "class": "chart-mark"}
        _add(svg, "line", x1=LEFT, x2=LEFT + 30, y1=y - 5, y2=y - 5, **look)
        _write(svg, mark["name"], LEFT + 38, y, "chart-name", INK)
    return y + 6


def _textures(svg: ET.Element, chart: Json) -> None:
    """What the boxes of the second and further series are filled with; the first is solid."""
    for number, each in enumerate(chart["series"][1:], start=1):
        look: Json = {"stroke": _colour(each), "class": _look(each, "chart-edge"), "fill": "none"}
        size: Json = {"width": 7, "height": 7, "patternUnits": "userSpaceOnUse"}
        pattern = _add(svg, "pattern", id=f"{chart['key']}-texture-{number}", **size)
        _add(pattern, "rect", width=7, height=7, fill=PAPER, **{"class": "chart-paper"})
        if number == 1:
            _add(pattern, "path", d="M-1 6L1 8M-1 1L8 -8M-1 8L8 -1M6 8L8 6", **look)
        elif number == 3:
            _add(pattern, "circle", cx=3.5, cy=3.5, r=1.4, **look)


def _box(
    svg: ET.Element,
    chart: Json,
    number: int,
    place: tuple[float, float, float, float],
    label: str = "",
    one: Json | None = None,
) -> None:
    """A box of one series (left, top, width, height), with what it stands for on hover."""
    series = chart["series"][number]
    x, y, width, height = place
    fill = f"url(#{chart['key']}-texture-{number})" if number else _colour(series)
    css = _look(series, "chart-edge" if number else "chart-solid")
    sizes = {"x": x, "y": y, "width": max(width, 1), "height": max(height, 1)}
    box = _add(svg, "rect", **sizes, fill=fill, stroke=_colour(series), **{"class": css})
    if one:
        _tell(box, label, series["name"], one)


def _marker(svg: ET.Element, series: Json, number: int, x: float, y: float) -> ET.Element:
    look: Json = {"fill": PAPER, "stroke": _colour(series), "stroke-width": 2}
    look["class"] = _look(series, "chart-point")
    if number == 0:
        return _add(svg, "circle", cx=x, cy=y, r=4.5, **look)
    corners = {
        1: ((-4, -4), (4, -4), (4, 4), (-4, 4)),
        2: ((0, -5), (5, 4), (-5, 4)),
        3: ((0, -6), (6, 0), (0, 6), (-6, 0)),
    }[number]
    points = " ".join(f"{_short(x + dx)},{_short(y + dy)}" for dx, dy in corners)
    return _add(svg, "polygon", points=points, **look)


def _stroke(
    svg: ET.Element, series: Json, number: int, start: tuple[float, float], end: tuple[float, float]
) -> None:
    ends = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    dash: Json = {"stroke-dasharray": DASHES[number]} if DASHES[number] else {}
    look: Json = {"stroke": _colour(series), "stroke-width": 2, "class": _look(series, "chart-edge")}
    _add(svg, "line", **ends, **dash, **look)


def _interval(svg: ET.Element, low: tuple[float, float], high: tuple[float, float]) -> None:
    """The range of a value, standing or lying."""
    ends = {"x1": low[0], "y1": low[1], "x2": high[0], "y2": high[1]}
    look: Json = {"stroke": RULE, "stroke-width": 3, "stroke-linecap": "round", "class": "chart-range"}
    _add(svg, "line", **ends, **look)


def _write(
    svg: ET.Element, words: str, x: float, y: float, css: str, fill: str, anchor: str = "start"
) -> None:
    look: Json = {
        "fill": fill,
        "font-size": 12,
        "font-family": "sans-serif",
        "text-anchor": anchor,
        "class": css,
    }
    _add(svg, "text", x=x, y=y, **look).text = words


def _tell(shape: ET.Element, label: str, name: str, one: Json) -> None:
    """What a shape stands for, on hover; the table says the same to those who do not hover."""
    _add(shape, "title").text = f"{label}, {name}: {one['words']}"


def _values(chart: Json) -> list[list[Json]]:
    return [each["values"] for each in chart["series"]]


def _colour(series: Json) -> str:
    return COLOURS[series.get("look", "")]


def _look(series: Json, css: str) -> str:
    return f"{css} chart-{series['look']}" if series.get("look") else css


def _lines_of(label: str, sheet: Sheet) -> list[str]:
    return wrap(label, sheet.letters, max_lines=sheet.name_lines, placeholder="…") or [""]


def _add(parent: ET.Element, tag: str, **attributes: str | float) -> ET.Element:
    return ET.SubElement(parent, tag, {name: _short(value) for name, value in attributes.items()})


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
