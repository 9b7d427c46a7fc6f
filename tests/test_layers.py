"""The house: imports point down only, no circle, foreign libraries behind their fences, small files.

Reads the source of every module, with the imports inside functions; nothing is imported.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "pipeline"
MODULE_LINES, FUNCTION_LINES = 300, 60

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "fingerprint", "nearest", "log", "home", "failpoint", "ballast", "typeface", "differences"),
    (
        "source",
        "storage",
        "providers.contract",
        "providers.errors",
        "providers.models",
        "providers.retry",
        "providers.jimeng.signing",
        "providers.jimeng.envelope",
        "providers.jimeng.wire",
        "providers.jimeng.credentials",
    ),
    ("platforms", "settings", "providers"),
    ("subject",),
    ("spec", "render", "history", "providers.jimeng", "providers.simulator"),
    ("plan", "providers.rehearsal"),
    ("runner", "delivery"),
    ("stages", "safekeeping"),
    ("produce", "review"),
    ("documents", "console", "wiring", "review.web"),
    ("commands",),
    ("cli",),
    ("__main__",),
)
"""From low to high. A name stands for a module, or for the modules of a package that are not named apart."""

FENCES: Mapping[str, tuple[str, ...]] = {
    "sqlalchemy": ("history",),
    "alembic": ("history",),
    "requests": ("providers",),
    "urllib3": ("providers",),
    "PIL": ("render", "providers.simulator"),
    "yaml": ("source", "platforms", "settings"),
    "starlette": ("review.web",),
    "jinja2": ("review.web",),
    "uvicorn": ("review.web",),
}


@dataclass(frozen=True)
class Module:
    """A module of the product; names are without the leading `pipeline.`, its own package is ``."""

    name: str
    is_package: bool
    tree: ast.Module
    lines: int

    def imported(self) -> Iterator[tuple[str, int]]:
        """What is imported, absolute, with the line; `from a import b` gives `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield f"{self._base(node)}.{alias.name}", node.lineno

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = ["pipeline", *self.name.split(".")] if self.name else ["pipeline"]
        up = node.level - (1 if self.is_package else 0)
        return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def _module(name: str, source: str, *, is_package: bool = False) -> Module:
    return Module(name, is_package, ast.parse(source), len(source.splitlines()))


@cache
def _modules() -> Mapping[str, Module]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = _module(name, path.read_text("utf-8"), is_package=is_package)
    return found


def _ours(module: Module, modules: Mapping[str, Module]) -> Iterator[tuple[str, int]]:
    """The modules of ours that a module imports."""
    for imported, line in module.imported():
        if imported.partition(".")[0] != "pipeline":
            continue
        name = imported.removeprefix("pipeline").removeprefix(".")
        while name not in modules:
            name = name.rpartition(".")[0]
        if name:
            yield name, line


def _unit(name: str) -> str | None:
    """The name in the layers that gives a module its place: the longest that fits."""
    units = {unit for units in LAYERS for unit in units}
    while name and name not in units:
        name = name.rpartition(".")[0]
    return name or None


def _layer(name: str) -> int:
    return next(number for number, units in enumerate(LAYERS) if _unit(name) in units)


def _wrong_turns(modules: Mapping[str, Module]) -> list[str]:
    """Imports that point up, or to another package of the same layer."""
    return [
        f"pipeline.{module.name}:{line} imports pipeline.{name}"
        for module in modules.values()
        if module.name
        for name, line in _ours(module, modules)
        if _layer(module.name) < _layer(name)
        or (_layer(module.name) == _layer(name) and not _are_kin(module.name, name))
    ]


def _are_kin(one: str, other: str) -> bool:
    """Whether two modules are of one package, or one's package lies inside the other's."""
    first, second = (name.rpartition(".")[0] or name for name in (one, other))
    return _lies_in(first, (second,)) or _lies_in(second, (first,))


def _fenced(modules: Mapping[str, Module], fences: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Imports of foreign libraries outside of their fences."""
    return [
        f"pipeline.{module.name}:{line} imports {imported}"
        for module in modules.values()
        for imported, line in module.imported()
        if (allowed := fences.get(imported.partition(".")[0])) is not None
        and not _lies_in(module.name, allowed)
    ]


def _lies_in(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _prints(module: Module) -> list[str]:
    return [
        f"pipeline.{module.name}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def _circle(modules: Mapping[str, Module]) -> list[str]:
    """The modules of one import circle, or nothing."""
    graph = {
        name: {other for other, _ in _ours(module, modules) if other != name}
        for name, module in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _long_functions(module: Module) -> list[str]:
    return [
        f"pipeline.{module.name}.{node.name}: {length} lines"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def test_every_module_has_a_place_in_the_layers() -> None:
    lost = [name for name in _modules() if name and _unit(name) is None]

    assert lost == []


def test_every_place_in_the_layers_is_taken() -> None:
    taken = {_unit(name) for name in _modules()}

    assert [unit for units in LAYERS for unit in units if unit not in taken] == []


def test_imports_point_down_the_layers_only() -> None:
    assert _wrong_turns(_modules()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert _circle(_modules()) == []


def test_foreign_libraries_stay_behind_their_fences() -> None:
    assert _fenced(_modules(), FENCES) == []


def test_only_the_console_prints() -> None:
    assert [
        place
        for module in _modules().values()
        if not _lies_in(module.name, ("console",))
        for place in _prints(module)
    ] == []


def test_no_module_is_longer_than_its_budget() -> None:
    assert [
        f"pipeline.{module.name}: {module.lines} lines"
        for module in _modules().values()
        if module.lines > MODULE_LINES
    ] == []


def test_no_function_is_longer_than_its_budget() -> None:
    assert [long for module in _modules().values() for long in _long_functions(module)] == []


def test_every_module_says_what_it_owns() -> None:
    assert [name for name, module in _modules().items() if not ast.get_docstring(module.tree)] == []


def _house(**sources: str) -> dict[str, Module]:
    """A made-up house, to see that the rules above would be broken by it."""
    names = {name: name.replace("__", ".") for name in sources}
    return {names[name]: _module(names[name], source) for name, source in sources.items()}


@pytest.mark.parametrize(
    ("house", "wrong"),
    [
        ({"plan__pick": "from pipeline.errors import x", "errors": ""}, False),
        ({"errors": "from pipeline.plan.pick import x", "plan__pick": ""}, True),
        ({"errors": "def f():\n    import pipeline.plan.pick", "plan__pick": ""}, True),
        ({"spec__parse": "from pipeline.render import fit", "render__fit": ""}, True),
        ({"spec__parse": "from pipeline.spec import model", "spec__model": ""}, False),
        ({"spec__parse": "from . import model", "spec__model": ""}, False),
        ({"spec__parse": "from ..plan import pick", "plan__pick": ""}, True),
        ({"providers__contract": "from .jimeng import client", "providers__jimeng__client": ""}, True),
        (
            {"providers__simulator__desk": "from ..jimeng import client", "providers__jimeng__client": ""},
            True,
        ),
        ({"providers__jimeng__client": "from .. import results", "providers__results": ""}, False),
        ({"providers__jimeng__wire": "from .. import contract", "providers__contract": ""}, False),
        ({"errors": "from pipeline import nearest", "nearest": ""}, True),
    ],
)
def test_the_rule_for_imports_finds_what_it_should(house: dict[str, str], *, wrong: bool) -> None:
    modules = {"": _module("", ""), **_house(**house)}

    assert bool(_wrong_turns(modules)) is wrong


def test_the_rule_for_circles_finds_one_through_functions() -> None:
    house = _house(a="import pipeline.b", b="def f():\n    from pipeline import a")

    assert set(_circle({"": _module("", ""), **house})) == {"a", "b"}


def test_the_rule_for_fences_knows_a_library_by_its_first_name_and_its_place() -> None:
    house = _house(
        plan="import sqlalchemy.orm", history__rows="from sqlalchemy import select", histories="import yaml"
    )

    assert _fenced(house, FENCES) == [
        "pipeline.plan:1 imports sqlalchemy.orm",
        "pipeline.histories:1 imports yaml",
    ]


def test_the_rules_for_length_and_printing_find_what_they_should() -> None:
    long = _module("plan", "class A:\n    def f(self):\n" + "        pass\n" * FUNCTION_LINES)

    assert _long_functions(long) == ["pipeline.plan.f: 61 lines"]
    assert _prints(_module("plan", "print('x')\nterminal.print('y')")) == ["pipeline.plan:1"]
