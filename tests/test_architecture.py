"""The house: imports look only backwards along it, and each kind of module keeps to what it may touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE = Path(__file__).resolve().parent.parent
FLOORS = ["portal.common", "definitions", "leads", "reviews", "portal"]
APPS = [BASE / name for name in ("portal", "definitions", "leads", "reviews")]
PURE = {
    "tally", "diff", "working_time", "cadence", "ical", "document", "matching", "fingerprint", "wording",
    "schema", "catalogue", "charts",
}  # fmt: skip
LONGEST_MODULE = 400


def modules() -> list[Path]:
    return sorted(path for app in APPS for path in app.rglob("*.py") if "migrations" not in path.parts)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(BASE).with_suffix("").parts).removesuffix(".__init__")


def floor_of(name: str) -> int | None:
    """The storey a module stands on: the longest prefix of `FLOORS` that fits."""
    for floor in sorted(FLOORS, key=len, reverse=True):
        if name == floor or name.startswith(floor + "."):
            return FLOORS.index(floor)
    return None


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_nothing_imports_upwards() -> None:
    wrong = [
        f"{dotted(path)} imports {name}"
        for path in modules()
        for _, name in imports(parsed(path))
        if (there := floor_of(name)) is not None and there > (floor_of(dotted(path)) or 0)
    ]
    assert wrong == []


def test_no_import_hides_inside_a_function() -> None:
    wrong = [
        f"{dotted(path)}:{node.lineno} imports {name}"
        for path in modules()
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node, name in imports(function)
    ]
    assert wrong == []


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Every circle that a walk through the imports can find, one per starting point at most."""
    found: list[list[str]] = []
    state: dict[str, int] = {}

    def walk(name: str, trail: list[str]) -> None:
        state[name] = 1
        for other in sorted(graph.get(name, ())):
            if state.get(other) == 1:
                found.append([*trail[trail.index(other) :], other])
            elif other not in state:
                walk(other, [*trail, other])
        state[name] = 2

    for name in sorted(graph):
        if name not in state:
            walk(name, [name])
    return found


def test_no_import_goes_in_a_circle() -> None:
    names = {dotted(path) for path in modules()}
    graph: dict[str, set[str]] = {}
    for path in modules():
        for node, name in imports(parsed(path)):
            taken = (
                [f"{name}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            )
            # `from package import module` needs the module; anything else needs the named module itself.
            targets = {target for target in taken if target in names} or {name}
            graph.setdefault(dotted(path), set()).update(targets & names - {dotted(path)})
    assert circles(graph) == []


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_stays_readable(path: Path) -> None:
    assert path.name not in {"utils.py", "helpers.py", "misc.py"}, "name the thing"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{lines} lines: split it by noun"


def doors() -> list[Path]:
    return [
        path
        for path in modules()
        if "views" in path.relative_to(BASE).parts
        or path.stem in {"views", "api"}
        or path.stem.startswith("views_")
    ]


def test_views_fetch_through_a_door() -> None:
    wrong = [
        f"{dotted(path)}:{node.lineno}"
        for path in doors()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}
    ]
    assert wrong == []


def test_pure_modules_know_no_django() -> None:
    wrong = [
        f"{dotted(path)} imports {name}"
        for path in modules()
        if path.stem in PURE
        and not {"templatetags", "selectors", "models", "services", "views"} & set(path.parts)
        for _, name in imports(parsed(path))
        if name.split(".")[0] == "django" and not name.startswith("django.utils.translation")
    ]
    assert wrong == []


def test_services_and_selectors_see_no_request() -> None:
    wrong = [
        f"{dotted(path)} imports {name}"
        for path in modules()
        if {"services", "selectors"} & set(path.relative_to(BASE).with_suffix("").parts)
        for _, name in imports(parsed(path))
        if name.startswith(("django.http", "django.shortcuts", "django.forms"))
    ]
    assert wrong == []


def test_the_checks_above_can_fail() -> None:
    """Each rule, on a crafted breach: a check that cannot fail is none."""
    assert floor_of("leads.facts") < floor_of("reviews.models")  # type: ignore[operator]
    assert floor_of("portal.common.audit") == 0
    assert floor_of("portal.accounts") == FLOORS.index("portal")
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    tree = ast.parse("def f():\n    import leads.models")
    assert [name for _, name in imports(tree)] == ["leads.models"]
