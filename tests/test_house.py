"""The house keeps to its plan: what must never import what, and what importing pitchplan loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pitchplan as pp

SOURCE = Path(pp.__file__).parent


def imports_of(path):
    """Names of the modules a file imports at run time, `if TYPE_CHECKING:` blocks left out."""
    found = set()

    def walk(nodes):
        for node in nodes:
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                walk(node.orelse)
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                found.update({node.module or ""} | {f"{node.module}.{a.name}" for a in node.names})
            else:
                walk(ast.iter_child_nodes(node))

    walk(ast.parse(path.read_text(encoding="utf-8")).body)
    return found


def files_in(*rooms):
    for room in rooms:
        path = SOURCE / room
        yield from ([path] if path.suffix == ".py" else sorted(path.rglob("*.py")))


GEOMETRY = ("shapely", "geopandas", "pyogrio", "pyproj", "pitchplan.city")
SOLVERS = ("highspy", "pulp", "pitchplan.siting")
NEVER = {
    "demand": (*GEOMETRY, *SOLVERS),
    "candidates": SOLVERS,
    **{
        f"siting/{room}": (*GEOMETRY, "pitchplan.rules", "pitchplan.candidates")
        for room in ("program.py", "problem.py", "follow.py", "locate.py", "classic.py", "search", "solvers")
    },
    "occupancy": ("shapely", "geopandas", "pyogrio", "pitchplan.city", *SOLVERS),
    "growers": (*SOLVERS, "pitchplan.rules", "pitchplan.candidates"),
    "auditing": ("pitchplan.candidates", "pitchplan.siting", "pitchplan.rules.kinds"),
    "sheets": ("highspy", "pulp", "pitchplan.siting", "pitchplan.demand"),
}


@pytest.mark.parametrize("room", NEVER)
def test_a_room_never_imports(room):
    files = list(files_in(room))
    assert files
    for path in files:
        for name in imports_of(path):
            for never in NEVER[room]:
                assert f"{name}.".startswith(f"{never}.") is False, f"{path.name} imports {name}"


def test_nobody_imports_sheets():
    for path in files_in("."):
        if "sheets" not in path.parts and path.name != "__init__.py":
            assert not any(n.startswith("pitchplan.sheets") for n in imports_of(path)), path


@pytest.mark.parametrize("library", ["pulp", "highspy"])
def test_a_solver_is_imported_in_one_file(library):
    users = [p.name for p in files_in(".") if any(n.split(".")[0] == library for n in imports_of(p))]
    assert len(users) == 1, users


def test_importing_pitchplan_loads_neither_geopandas_nor_a_solver():
    code = (
        "import sys, pitchplan; "
        "heavy = {'geopandas', 'shapely', 'pandas', 'pulp', 'highspy', 'scipy', 'matplotlib'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_exist_and_are_few():
    assert len(pp.__all__) <= 40
    for name in pp.__all__:
        assert getattr(pp, name) is not None
    with pytest.raises(AttributeError):
        pp.no_such_name  # noqa: B018


def test_every_table_is_described():
    for name in pp.schemas.__all__:
        table = getattr(pp.schemas, name)
        if isinstance(table, pp.schemas.Table):
            assert len(set(table.names)) == len(table.names)
            assert all(c.meaning for c in table.columns)


def test_typed_marker_is_there():
    assert (SOURCE / "py.typed").is_file()


def test_the_audit_loads_nothing_of_what_made_the_plan():
    """Not by what it imports itself, and not by what that imports in turn, at run time."""
    code = (
        "import sys, pkgutil, importlib, pitchplan.auditing as room\n"
        "for m in pkgutil.walk_packages(room.__path__, 'pitchplan.auditing.'):\n"
        "    importlib.import_module(m.name)\n"
        "never = ('pitchplan.candidates', 'pitchplan.siting', 'pitchplan.rules.kinds')\n"
        "print('pitchplan.auditing.kinds.setback' in sys.modules, "
        "[m for m in sys.modules if any(f'{m}.'.startswith(f'{n}.') for n in never)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True []"
