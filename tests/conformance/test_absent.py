"""What the product has not got cannot be attacked: interpreters, protocols, habits; by the files.

Each is a requirement of the standard that is met by absence; whoever brings one in is told here.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("wansdyke", "config")
# What is called for, and the modules by which Python would do it.
INTERPRETERS = {
    "LDAP": {"ldap", "ldap3", "django_auth_ldap"},
    "XML, XPath and XSLT": {"xml", "lxml", "xmltodict", "defusedxml", "xmlschema"},
    "LaTeX": {"latex", "pylatex", "pdflatex"},
    "Java": {"jpype", "jnius", "py4j"},
    "memcache": {"memcache", "pymemcache", "pylibmc", "redis"},
    "mail": {"smtplib", "imaplib", "poplib", "anymail", "django.core.mail"},
    "GraphQL": {"graphene", "strawberry", "graphql", "ariadne"},
    "WebSocket": {"channels", "websockets", "websocket", "wsproto"},
    "SAML": {"saml2", "onelogin", "djangosaml2"},
    "telephone and SMS": {"twilio", "vonage", "phonenumbers", "boto3.sns"},
    "rich text and Markdown": {"markdown", "markdown2", "mistune", "bleach", "nh3", "docutils"},
    "objects out of bytes": {"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle"},
    "YAML": {"yaml", "ruamel"},
    "memory by address": {"cffi"},
    "trackers": {"sentry_sdk", "opentelemetry", "newrelic", "ddtrace", "rollbar"},
}
# `serve` asks the kernel that what it started dies with it: a number in, and nothing out.
ADDRESSES = {"config/serving.py"}


@cache
def _trees() -> dict[Path, ast.Module]:
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            inside = path.relative_to(ROOT).parts
            if "tests" not in inside and "migrations" not in inside:
                found[path] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


def _told(path: Path, node: ast.AST | None = None) -> str:
    where = path.relative_to(ROOT).as_posix()
    return f"{where}:{node.lineno}" if isinstance(node, ast.expr | ast.stmt) else where


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)


@cache
def _calls() -> tuple[tuple[Path, ast.Call, str], ...]:
    """Every call, with its name as it is written: `re.compile`, `eval`."""
    return tuple(
        (path, node, ast.unparse(node.func))
        for path, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def _is(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("what", INTERPRETERS)
def test_no_file_of_the_product_imports_it(what: str) -> None:
    found = [
        f"{_told(path)} imports {name}"
        for path, tree in _trees().items()
        for name in _imported(tree)
        if any(_is(name, module) for module in INTERPRETERS[what])
    ]
    assert found == []


def test_memory_is_touched_by_address_in_one_known_place() -> None:
    found = {
        _told(path)
        for path, tree in _trees().items()
        if any(_is(n, "ctypes") for n in _imported(tree))
    }
    assert found == ADDRESSES


def test_no_text_is_run_as_a_program() -> None:
    running = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "runpy.run_path"}
    found = [f"{_told(path, call)} {name}" for path, call, name in _calls() if name in running]
    assert found == []


def test_no_command_goes_through_a_shell() -> None:
    found = [
        f"{_told(path, call)} {name}"
        for path, call, name in _calls()
        if any(word.arg == "shell" for word in call.keywords)
        or (name.startswith("subprocess.") and call.args and _is_text(call.args[0]))
    ]
    assert found == []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_no_template_is_made_of_text() -> None:
    making = re.compile(r"(^|\.)(from_string|Template|SandboxedEnvironment)$")
    found = [f"{_told(path, call)} {name}" for path, call, name in _calls() if making.search(name)]
    assert found == []


def test_what_is_filled_in_is_a_constant_of_ours() -> None:
    """`text.format(…)` of a text that somebody typed would read our objects' attributes."""
    ours = {"words", "form", "form.saved_already"}
    found = []
    for path, call, name in _calls():
        if not name.endswith(".format"):
            continue
        whose = name.removesuffix(".format")
        if not (whose.isupper() or whose.startswith(("'", '"')) or whose in ours):
            found.append(f"{_told(path, call)} {name}")
    assert found == []


def test_no_pattern_is_made_of_what_somebody_typed() -> None:
    # Patterns of a table of ours, named by the loop that goes through it.
    of_a_table = {("wansdyke/access/browsers.py", "pattern")}
    searching = re.compile(r"^re\.(compile|match|fullmatch|search|sub|split|findall|finditer)$")
    found = []
    for path, call, name in _calls():
        if not searching.match(name) or not call.args:
            continue
        pattern = call.args[0]
        loose = [
            node.id
            for node in ast.walk(pattern)
            if isinstance(node, ast.Name) and not node.id.strip("_").isupper() and node.id != "re"
        ]
        loose = [one for one in loose if (_told(path), one) not in of_a_table]
        if loose and "re.escape" not in ast.unparse(pattern):
            found.append(f"{_told(path, call)} {', '.join(loose)}")
    assert found == []


def test_scripts_make_no_page_of_text_and_listen_to_no_other_window() -> None:
    words = re.compile(
        r"innerHTML|insertAdjacentHTML|document\.write|postMessage|\beval\(|new Function"
        r"|WebSocket|EventSource|importScripts|XMLHttpRequest|navigator\.sendBeacon|document\.domain"
    )
    found = [
        f"{_told(path)}: {match[0]}"
        for room in ROOMS
        for path in (ROOT / room).rglob("*.js")
        if "vendor" not in path.parts and "node_modules" not in path.parts
        for match in words.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_scripts_keep_what_is_named_by_others_in_maps() -> None:
    """An object literal that is written to by a name from outside could be given a `__proto__`."""
    written = re.compile(r"\w\[(?![\"'\d])[^\]\n]+\]\s*=(?!=)|__proto__|\.prototype\b")
    found = [
        f"{_told(path)}: {match[0]}"
        for path in (ROOT / "wansdyke").rglob("*.js")
        if "vendor" not in path.parts
        for match in written.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_page_asks_another_host_for_anything() -> None:
    asking = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//[^"')\s>]+""")
    found = [
        f"{_told(path)}: {match[0]}"
        for ending in ("*.html", "*.jinja", "*.css")
        for path in (ROOT / "wansdyke").rglob(ending)
        if "vendor" not in path.parts
        for match in asking.finditer(path.read_text(encoding="utf-8"))
        if not re.search(r"href=.https://", match[0])
    ]
    assert found == []


def test_the_files_that_are_kept_are_never_pictures_that_run() -> None:
    kinds = (ROOT / "wansdyke/casework/file_kinds.py").read_text(encoding="utf-8")
    assert "svg" not in kinds.lower()
    assert "html" not in kinds.lower()
