"""Charts: what is drawn is what was counted, told apart without colour, named, and free of inline style."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.template import Context, Template

from reviews.charts import NARROW, PLOT, TOP, drawn, end_of_scale, is_empty

Json = dict[str, Any]


def a_value(value: float | None, low: float | None = None, high: float | None = None, url: str = "") -> Json:
    words = "too early to say" if value is None else f"{value:g}"
    interval = {} if low is None else {"low": low, "high": high}
    return {"value": value, "words": words, "url": url, **interval}


def a_chart(kind: str, *series: list[Json], **more: Any) -> Json:
    return {
        "kind": kind,
        "key": "some",
        "title": "Returned & <lost>",
        "desc": "Of 40 offered",
        "axis": "Month",
        "labels": [f"M{place}" for place in range(len(series[0]))],
        "series": [{"name": f"Family {number}", "values": each} for number, each in enumerate(series)],
        **more,
    }


def shapes(chart: Json, css: str) -> list[ET.Element]:
    return [each for each in ET.fromstring(drawn(chart)).iter() if css in each.get("class", "").split()]


@pytest.mark.parametrize("kind", ["columns", "lines", "bars"])
def test_it_is_named_and_described_and_styled_by_no_attribute(kind: str) -> None:
    svg = ET.fromstring(drawn(a_chart(kind, [a_value(3, 1, 5), a_value(None)])))
    names = {each.get("id"): each.text for each in svg if each.tag in ("title", "desc")}
    assert svg.get("role") == "img"
    assert names == {"some-title": "Returned & <lost>", "some-desc": "Of 40 offered"}
    assert (svg.get("aria-labelledby"), svg.get("aria-describedby")) == ("some-title", "some-desc")
    assert [
        each.tag for each in svg.iter() if "style" in each.attrib or each.tag in ("style", "script")
    ] == []


def test_columns_stack_in_proportion_to_their_values() -> None:
    chart = a_chart("columns", [a_value(6), a_value(0)], [a_value(2), a_value(4)])
    solid, textured = shapes(chart, "chart-solid"), shapes(chart, "chart-edge")
    boxes = [each for each in (*solid, *textured) if each.find("title") is not None]
    # The scale ends at 8, so a unit is an eighth of the field; nought has no box.
    unit = PLOT / 8
    found = [
        (each.findtext("title"), float(each.get("y", "")), float(each.get("height", ""))) for each in boxes
    ]
    assert found == [
        ("M0, Family 0: 6", pytest.approx(TOP + 2 * unit, abs=0.1), pytest.approx(6 * unit, abs=0.1)),
        ("M0, Family 1: 2", pytest.approx(TOP, abs=0.1), pytest.approx(2 * unit, abs=0.1)),
        ("M1, Family 1: 4", pytest.approx(TOP + 4 * unit, abs=0.1), pytest.approx(4 * unit, abs=0.1)),
    ]


def test_series_differ_by_texture_marker_and_dash() -> None:
    four = [[a_value(number + 1)] for number in range(4)]
    fills = {each.get("fill") for each in ET.fromstring(drawn(a_chart("columns", *four))).iter("rect")}
    assert {"url(#some-texture-1)", "url(#some-texture-2)", "url(#some-texture-3)"} <= fills
    lines = a_chart("lines", *[[a_value(1), a_value(number + 1)] for number in range(4)])
    assert {each.get("stroke-dasharray") for each in shapes(lines, "chart-edge")} == {
        None,
        "7 4",
        "2 4",
        "10 3 2 3",
    }
    assert {each.get("points", "").count(",") for each in shapes(lines, "chart-point")} == {0, 3, 4}
    with pytest.raises(ValueError, match="at most 4 series"):
        drawn(a_chart("columns", *four, [a_value(1)]))


def test_what_is_too_early_to_say_is_a_gap_and_never_a_nought() -> None:
    lines = a_chart("lines", [a_value(10), a_value(None), a_value(30), a_value(40)], most=100, unit="%")
    assert len(shapes(lines, "chart-point")) == 3
    assert len(shapes(lines, "chart-edge")) == 1
    bars = a_chart("bars", [a_value(None), a_value(40, 20, 60)], most=100)
    assert (len(shapes(bars, "chart-point")), len(shapes(bars, "chart-range"))) == (1, 1)
    assert [each.text for each in shapes(bars, "chart-words")] == ["too early to say", "40"]
    assert is_empty(a_chart("lines", [a_value(None)]))


def test_a_line_across_is_within_the_scale_and_in_the_legend() -> None:
    chart = a_chart("columns", [a_value(1)], mark={"name": "Forecast: 30", "value": 30})
    across, sample = shapes(chart, "chart-mark")
    assert TOP <= float(across.get("y1", "")) <= TOP + PLOT < float(sample.get("y1", ""))
    assert "Forecast: 30" in drawn(chart)


def test_a_phone_has_a_drawing_of_its_own_with_its_own_ids() -> None:
    chart = a_chart("lines", *[[a_value(number, 0, 9) for number in range(12)] for _series in range(3)])
    narrow = ET.fromstring(drawn(chart, NARROW))
    assert narrow.get("viewBox", "").startswith("0 0 330 ")
    assert [each.text for each in narrow.iter() if each.get("class") == "chart-label"] == [
        "M0", "M3", "M6", "M9",
    ]  # fmt: skip
    places = [float(each.get("x", 0)) for each in narrow.iter("text")]
    assert 0 <= min(places) <= max(places) <= 330
    html = Template("{% load charts %}{% chart each %}").render(Context({"each": chart}))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids)) > 3


def test_a_long_name_goes_on_below_on_a_phone() -> None:
    long = "Works in software or hardware, or sells either to companies of its own region"
    chart = {**a_chart("bars", [a_value(3), a_value(2)]), "labels": [long, "Short"]}

    def names(svg: str) -> list[tuple[str | None, str | None]]:
        rows = [each for each in ET.fromstring(svg).iter() if each.get("class") == "chart-name"]
        return [(each.text, each.get("y")) for each in rows]

    assert names(drawn(chart)) == [(long, "15"), ("Short", "61")]
    first, second = "Works in software or hardware, or sells either", "to companies of its own region"
    assert names(drawn(chart, NARROW)) == [(first, "15"), (second, "31"), ("Short", "77")]


@pytest.mark.parametrize(
    ("value", "end"), [(0, 2), (2, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 20), (41, 60), (1001, 2000)]
)
def test_a_scale_ends_at_a_round_number_with_a_round_half(value: float, end: int) -> None:
    assert end_of_scale(value) == end


def test_the_table_behind_it_has_every_number_with_its_rows() -> None:
    chart = a_chart("lines", [a_value(3, url="/leads/?a=1&b=2"), a_value(None)])
    html = Template("{% load charts %}{% chart each %}").render(Context({"each": chart}))
    assert '<a href="/leads/?a=1&amp;b=2">3</a>' in html
    assert '<td class="num">too early to say</td>' in html
    assert "Returned &amp; &lt;lost&gt;" in html
    assert "style=" not in html
