"""The product speaks to what docs/safeguards.md lists, and to nothing that somebody types."""

import ast

from tests.conformance.test_absent import _calls, _imported, _is, _told, _trees

# Who may speak to a network at all, and to what: see “Connections” in docs/safeguards.md.
SPEAKING = {
    "config/server_worker.py": "the proxy, which calls it",
    "config/serving.py": "its own address, to see that it is free and answers",
    "wansdyke/accounts/single_sign_on.py": "the issuer that the settings name, and no other host",
    "wansdyke/history/locked_store.py": "the object store that the settings name",
    "wansdyke/accounts/sso_views.py": "nobody itself: it names the faults of the one before",
    "wansdyke/access/postgres/base.py": "PostgreSQL",
    "wansdyke/access/running.py": "nobody: it asks for the machine's name",
    "wansdyke/casework/scanning.py": "the scanner that the settings name",
    "wansdyke/history/backup/server.py": "PostgreSQL",
}
NETWORK = (
    "socket", "ssl", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp",
    "ftplib", "telnetlib", "xmlrpc", "paramiko", "boto3", "botocore", "psycopg", "asyncio",
    "websockets", "webbrowser", "socketserver", "smtplib",
)  # fmt: skip
# Each of these takes an address; the settings give it, by a name in capitals.
CALLING = {
    "wansdyke/casework/scanning.py": {"socket.create_connection", "one.connect"},
    "config/serving.py": {"socket.create_connection"},
}


def test_every_module_that_speaks_to_a_network_is_known() -> None:
    found = {
        _told(path)
        for path, tree in _trees().items()
        if any(_is(name, module) for name in _imported(tree) for module in NETWORK)
    }
    assert found == set(SPEAKING)


def test_nothing_that_somebody_types_is_called() -> None:
    """Whatever calls out is known by name, and is handed its address by the settings alone."""
    opening = ("urlopen", "create_connection", "connect", "urlretrieve")
    found: dict[str, set[str]] = {}
    for path, _, name in _calls():
        if name.rpartition(".")[2] in opening and _told(path) in SPEAKING:
            found.setdefault(_told(path), set()).add(name)
    # PostgreSQL's address is that of the settings' own database.
    found.pop("wansdyke/history/backup/server.py", None)
    assert found == CALLING
    scanning = [ast.unparse(call.args[1]) for _, call, name in _calls() if name == "scanned"]
    assert scanning == ["settings.SCANNER"]
