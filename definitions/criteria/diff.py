"""What one definition document changes against another, in words. Pure.

A change is material when it can change one lead's score or qualification: exactly when it is part of the
fingerprint (`definitions.criteria.fingerprint`).
"""

from __future__ import annotations

from typing import Any

from definitions.criteria.catalogue import Catalogue
from definitions.criteria.document import HALVES
from definitions.criteria.fingerprint import canonical_criterion, canonical_rule, personas_of
from definitions.criteria.wording import sentence_of_effect, sentence_of_rule

Json = dict[str, Any]


def differences(old: Json | None, new: Json, catalogue: Catalogue) -> list[Json]:
    """The changes from `old` (None: there was nothing) to `new`, material ones first.

    Each is {"kind", "key", "sentence", "is_material"}, and "before" and "after" where one text replaces
    another. `key` is the clause's key, or "" for what concerns the whole.
    """
    if old is None:
        clauses = len(new["criteria"])
        words = "one clause" if clauses == 1 else f"{clauses} clauses"
        return [_entry("first", "", f"This is the first agreement: {words}.", True)]
    found = [*_of_numbers(old, new), *_of_clauses(old, new, catalogue), *_of_personas(old, new)]
    return sorted(found, key=lambda entry: not entry["is_material"])


def _entry(kind: str, key: str, sentence: str, is_material: bool, before: str = "", after: str = "") -> Json:
    entry: Json = {"kind": kind, "key": key, "sentence": sentence, "is_material": is_material}
    if before or after:
        entry |= {"before": before, "after": after}
    return entry


# -- the numbers of the whole --------------------------------------------------------------------------------


def _of_numbers(old: Json, new: Json) -> list[Json]:
    found = []
    if old["threshold"] != new["threshold"]:
        found.append(_moved("threshold", "The threshold", old["threshold"], new["threshold"]))
    for half in HALVES:
        for part, name in (("minimums", "minimum"), ("caps", "cap")):
            was, now = (old.get(part) or {}).get(half), (new.get(part) or {}).get(half)
            if was != now:
                found.append(_moved(name, f"The {name} of {half}", was, now))
    if old.get("grades") != new.get("grades"):
        was, now = _bounds(old), _bounds(new)
        found.append(_entry("grades", "", "Grades 2 to 5 begin at other scores.", True, was, now))
    found.extend(_of_groups(old, new))
    if (old.get("title") or "") != (new.get("title") or ""):
        was, now = old.get("title") or "", new.get("title") or ""
        found.append(_entry("title", "", "The title changes.", False, was, now))
    return found


def _moved(kind: str, subject: str, was: int | None, now: int | None) -> Json:
    if was is None:
        sentence = f"{subject} is new: {now} points."
    elif now is None:
        sentence = f"{subject} of {was} points goes away."
    else:
        way = "rises" if now > was else "falls"
        sentence = f"{subject} {way} from {was} to {now} points."
    return _entry(kind, "", sentence, True)


def _bounds(document: Json) -> str:
    return ", ".join(str(bound) for bound in document.get("grades") or [])


def _of_groups(old: Json, new: Json) -> list[Json]:
    was = {group["key"]: group for group in old.get("groups") or []}
    now = {group["key"]: group for group in new.get("groups") or []}
    found = []
    for key in sorted(was.keys() | now.keys()):
        before, after = was.get(key), now.get(key)
        name = _group_name(after or before or {})
        if before is None:
            found.append(_moved("group", f"The cap of {name}", None, (after or {}).get("cap")))
        elif after is None:
            found.append(_moved("group", f"The cap of {name}", before.get("cap"), None))
        elif before.get("cap") != after.get("cap"):
            found.append(_moved("group", f"The cap of {name}", before.get("cap"), after.get("cap")))
        elif before.get("label") != after.get("label"):
            found.append(
                _entry("group", "", "A group is named anew.", False, _group_name(before), _group_name(after))
            )
    return found


def _group_name(group: Json) -> str:
    return f"“{group.get('label') or group.get('key')}”"


# -- the clauses ---------------------------------------------------------------------------------------------


def _of_clauses(old: Json, new: Json, catalogue: Catalogue) -> list[Json]:
    was = {criterion["key"]: criterion for criterion in old["criteria"]}
    now = {criterion["key"]: criterion for criterion in new["criteria"]}
    found = []
    for key, criterion in was.items():
        if key not in now:
            found.append(_entry("removed", key, f"Goes away: {_whole(criterion)}", True))
    for key, criterion in now.items():
        if key not in was:
            found.append(_entry("added", key, f"New: {_whole(criterion)}", True))
        else:
            found.extend(_of_clause(was[key], criterion, old, new, catalogue))
    return found


def _whole(criterion: Json) -> str:
    effect = sentence_of_effect(criterion["effect"]).rstrip(".")
    return f"{_named(criterion)}, in {criterion['half']}: {effect}."


def _named(criterion: Json) -> str:
    return f"“{criterion['wording'].rstrip('.')}”"


def _of_clause(was: Json, now: Json, old: Json, new: Json, catalogue: Catalogue) -> list[Json]:
    key, name = now["key"], _named(now)
    found = []
    if canonical_rule(was["rule"]) != canonical_rule(now["rule"]):
        before = sentence_of_rule(was["rule"], catalogue)
        after = sentence_of_rule(now["rule"], catalogue)
        found.append(_entry("rule", key, f"{name} asks for something else.", True, before, after))
    if canonical_criterion(was).get("effect") != canonical_criterion(now).get("effect"):
        before, after = sentence_of_effect(was["effect"]), sentence_of_effect(now["effect"])
        found.append(_entry("effect", key, f"{name} weighs differently.", True, before, after))
    if was["half"] != now["half"]:
        sentence = f"{name} moves from {was['half']} to {now['half']}."
        found.append(_entry("half", key, sentence, True))
    if (was.get("group") or "") != (now.get("group") or ""):
        before, after = _group_of(was, old), _group_of(now, new)
        found.append(_entry("group", key, f"{name} moves to another group.", True, before, after))
    if was["wording"] != now["wording"]:
        found.append(
            _entry("wording", key, "A clause is worded anew.", False, was["wording"], now["wording"])
        )
    if (was.get("basis") or "") != (now.get("basis") or ""):
        sentence = (
            f"{name} now rests on data." if now.get("basis") == "data" else f"{name} is now an assumption."
        )
        found.append(_entry("basis", key, sentence, False))
    if (was.get("reason") or "") != (now.get("reason") or ""):
        before, after = was.get("reason") or "", now.get("reason") or ""
        found.append(_entry("reason", key, f"{name} has another reason.", False, before, after))
    for field, words in (("owner", "owner"), ("review_on", "review date"), ("personas", "personas")):
        if (was.get(field) or None) != (now.get(field) or None):
            before, after = _plain(was.get(field)), _plain(now.get(field))
            verb = "have changed" if field == "personas" else "has changed"
            found.append(_entry(field, key, f"The {words} of {name} {verb}.", False, before, after))
    return found


def _group_of(criterion: Json, document: Json) -> str:
    key = criterion.get("group") or ""
    if not key:
        return "no group"
    return next((_group_name(group) for group in document["groups"] if group["key"] == key), key)


def _plain(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")


# -- personas ------------------------------------------------------------------------------------------------


def _of_personas(old: Json, new: Json) -> list[Json]:
    """A persona with another rule changes every clause that names it."""
    named = {key for criterion in new["criteria"] for key in personas_of(criterion["rule"])}
    found = []
    for key in sorted(named):
        was, now = (old.get("personas") or {}).get(key), (new.get("personas") or {}).get(key)
        if was and now and canonical_rule(was["rule"]) != canonical_rule(now["rule"]):
            sentence = f"The persona “{now['name']}” now means other people."
            found.append(_entry("persona", "", sentence, True))
    return found
