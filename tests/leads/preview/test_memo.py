from __future__ import annotations

from leads.scoring.preview.memo import Memo


def test_what_was_used_last_stays() -> None:
    memo = Memo(100)
    for name in "abcd":
        memo.put(name, name.upper(), 25)
    assert memo.get("a") == "A"
    memo.put("e", "E", 25)
    assert [memo.get(name) for name in "abcde"] == ["A", None, "C", "D", "E"]


def test_what_is_too_large_is_not_kept() -> None:
    memo = Memo(100)
    memo.put("large", "L", 26)
    assert memo.get("large") is None


def test_a_name_stands_for_one_thing() -> None:
    memo = Memo(100)
    memo.put("a", "first", 20)
    memo.put("a", "second", 20)
    assert memo.get("a") == "first"
