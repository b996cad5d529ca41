"""Rules and effects in plain English, made from the rule itself. Pure.

The sentences say everything that the rule says: two rules that differ in what counts read differently.
No full stop at the end. A rule that cannot be read yet (a form half filled in) still gets words.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from definitions.criteria.catalogue import Catalogue

Json = dict[str, Any]

_DID = {
    "any": "Was active",
    "page_viewed": "Viewed a page",
    "form_submitted": "Submitted a form",
    "content_downloaded": "Downloaded content",
    "webinar_attended": "Attended a webinar",
    "email_opened": "Opened an e-mail",
    "email_clicked": "Clicked in an e-mail",
    "demo_requested": "Requested a demo",
    "trial_requested": "Requested a trial",
    "pricing_downloaded": "Downloaded the pricing guide",
    "product_favourited": "Favourited a product",
    "product_carted": "Put a product in the cart",
    "campaign_answered": "Answered a campaign",
    "contact_requested": "Asked to be contacted",
    "session": "Visited the website",
}
_ABOUT = {
    ("subject", "contains_word"): "about {}",
    ("subject", "one_of"): "with the subject {}",
    ("campaign", "contains_word"): "in a campaign about {}",
    ("campaign", "one_of"): "in the campaign {}",
    ("channel", "contains_word"): "through a channel named with {}",
    ("channel", "one_of"): "through the channel {}",
}
_EFFECTS = {
    "required": "Required",
    "alone": "Qualifies alone",
    "disqualifies": "Disqualifies",
}


# What a form half filled in can hold: texts for numbers, nothing for lists.
_UNREADABLE = (AttributeError, KeyError, TypeError, ValueError)


def sentence_of_rule(rule: Json, catalogue: Catalogue) -> str:
    """“Viewed a page about “pricing” at least 2 times in the last 30 days”."""
    try:
        return _node(rule, catalogue, is_nested=False)
    except _UNREADABLE:
        return "A rule that cannot be read yet"


def sentence_of_effect(effect: Json) -> str:
    """“+20 points each time, at most 3 times per 30 days, fading over 60 days”."""
    try:
        return _effect(effect)
    except _UNREADABLE:
        return "An effect that cannot be read yet"


def _effect(effect: Json) -> str:
    kind = effect.get("kind", "")
    if kind != "points":
        return _EFFECTS.get(kind, str(kind))
    points = effect.get("points") or 0
    sign = "−" if points < 0 else "+"
    words = [f"{sign}{abs(points)} {_plural(abs(points), 'point')}"]
    if effect.get("count") == "each":
        words[0] += " each time"
        if effect.get("times"):
            limit = f"at most {_times(effect['times'])}"
            words.append(f"{limit} per {_span(effect['per_days'])}" if effect.get("per_days") else limit)
    if effect.get("fade_days"):
        words.append(f"fading over {_span(effect['fade_days'])}")
    return ", ".join(words)


# -- the tree ----------------------------------------------------------------------------------------------


def _node(node: Any, catalogue: Catalogue, *, is_nested: bool) -> str:
    if not isinstance(node, dict) or not node:
        return "No condition yet"
    for op in ("all", "any", "none"):
        if op in node:
            return _grouping(op, node[op] or [], catalogue, is_nested)
    if "attribute" in node:
        return _attribute(node, catalogue)
    if "persona" in node:
        name = catalogue.persona_names.get(node["persona"]) or node["persona"]
        return f"Fits the persona {_quoted([name])}"
    if "silence_days" in node:
        return f"{_silence(node.get('activity') or 'any', catalogue)} for {_span(node['silence_days'])}"
    if "account_people" in node:
        people = node["account_people"]
        who = f"At least {people} {'person' if people == 1 else 'people'} of the account"
        return f"{who}: {_lower(_node(node.get('meet'), catalogue, is_nested=True))}"
    if "account_roles" in node:
        roles = ", ".join(map(str, node["account_roles"]))
        return f"At least {node.get('at_least')} of these roles are present in the account: {roles}"
    if "activity" in node:
        return _activity(node, catalogue)
    return "A condition that cannot be read"


def _grouping(op: str, members: list[Any], catalogue: Catalogue, is_nested: bool) -> str:
    is_single = len(members) == 1 and op != "none"
    sentences = [_node(member, catalogue, is_nested=not is_single) for member in members]
    if not sentences:
        return "No condition yet"
    if is_single:
        return sentences[0]
    if op == "none":
        text = f"Not so: {'; nor '.join([_lower(sentence) for sentence in sentences])}"
    else:
        word = ", and " if op == "all" else ", or "
        text = word.join([sentences[0], *map(_lower, sentences[1:])])
    return f"({text})" if is_nested else text


# -- attributes --------------------------------------------------------------------------------------------


def _attribute(node: Json, catalogue: Catalogue) -> str:
    field = catalogue.fields.get(node["attribute"])
    label = field.label if field else str(node["attribute"])
    operator = node.get("is")
    values = node.get("values") or ([] if node.get("value") is None else [node["value"]])
    if operator in ("known", "unknown"):
        return f"{label} is {operator}"
    if operator in ("yes", "no"):
        return _yes_no(label, operator)
    if field is not None and field.value_type == "date":
        days = [_day(value) for value in values]
        word = f"from {' to '.join(days)}" if operator == "between" else f"{operator} {' '.join(days)}"
        return f"{label}: {word}"
    if operator == "contains_word":
        return f"{label} contains {_quoted(values)}"
    if operator == "none_of":
        return f"{label} is known and not {_listed(values, 'or')}"
    if operator == "between":
        return f"{label} is from {' to '.join(map(_number, values))}"
    if operator in ("at_least", "at_most"):
        return f"{label} is {operator.replace('_', ' ')} {' '.join(map(_number, values))}"
    return f"{label} is {_listed(values, 'or')}"


def _yes_no(label: str, operator: str) -> str:
    if label.startswith("Has a "):
        return label if operator == "yes" else f"Has no {label.removeprefix('Has a ')}"
    return f"{label}: {operator}"


# -- activities --------------------------------------------------------------------------------------------


def _activity(node: Json, catalogue: Catalogue) -> str:
    words = [_did(node["activity"], catalogue)]
    words.extend(_about(narrowing) for narrowing in node.get("where") or [])
    number = node.get("at_least") or 1
    if node.get("total_seconds"):
        words.append(f"for at least {_length(node['total_seconds'])} in total")
    elif node.get("different_subjects"):
        count = node["different_subjects"]
        words.append(f"on at least {count} different {_plural(count, 'subject')}")
    elif number > 1:
        words.append(f"at least {_times(number)}")
    if node.get("within_any_hours"):
        words.append(f"within any {_span(node['within_any_hours'], 'hour')}")
    if node.get("within_days"):
        words.append(f"in the last {_span(node['within_days'])}")
    return " ".join(words)


def _did(kind: str, catalogue: Catalogue) -> str:
    known = catalogue.kinds.get(kind)
    return _DID.get(kind) or (f"Did “{known.label}”" if known else f"Did “{kind}”")


def _silence(kind: str, catalogue: Catalogue) -> str:
    if kind == "any":
        return "No activity"
    known = catalogue.kinds.get(kind)
    return f"No “{known.label if known else kind}”"


def _about(narrowing: Json) -> str:
    values = _quoted(narrowing.get("values") or [])
    if narrowing.get("on") == "property":
        return f"with {narrowing.get('property')} {values}"
    return _ABOUT.get((narrowing.get("on", ""), narrowing.get("is", "")), "with {}").format(values)


# -- words -------------------------------------------------------------------------------------------------


def _listed(values: Iterable[Any], word: str) -> str:
    texts = [_number(value) for value in values]
    if not texts:
        return "…"
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {word} {texts[-1]}"


def _quoted(values: Iterable[Any]) -> str:
    return _listed([f"“{value}”" for value in values], "or")


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,}"
    return f"{int(value):,}"


def _day(value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{day.day} {day:%B %Y}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _span(number: int, unit: str = "day") -> str:
    return unit if number == 1 else f"{number} {unit}s"


def _length(seconds: int) -> str:
    if seconds % 3600 == 0:
        return f"{seconds // 3600} {_plural(seconds // 3600, 'hour')}"
    if seconds % 60 == 0:
        return f"{seconds // 60} {_plural(seconds // 60, 'minute')}"
    return f"{seconds} {_plural(seconds, 'second')}"


def _plural(number: int, word: str) -> str:
    return word if number == 1 else f"{word}s"


def _lower(sentence: str) -> str:
    """In the middle of a sentence; names in capitals stay as they are."""
    return sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() else sentence
