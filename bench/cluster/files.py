"""The files of deploy/, adapted to a cluster on one machine.

Only addresses, folders, passwords and sizes are replaced by those of this machine.
"""

import secrets

from portal.settings.settings import ROOT

DEPLOY = ROOT / "deploy"
NODES = ("db1", "db2", "db3")
ADDRESS = {"db1": "10.20.0.21", "db2": "10.20.0.22", "db3": "10.20.0.23"}
WEB = {"web1": "10.20.0.11", "web2": "10.20.0.12"}
PASSWORDS = {name: secrets.token_hex(12) for name in ("SUPERUSER", "REPLICATION", "REWIND", "OWNER", "PORTAL")}
SMALLER = {"2GB": "64MB", "6GB": "128MB", "4GB": "512MB", "1GB": "128MB"}
PRIVILEGES = ("log /dev/log", "user haproxy", "group haproxy", "chroot", "stats socket")


def here(text, ports):
    """Return a file's text with this machine's passwords, and ports by node, by "<node> api" and of etcd."""
    for node, address in ADDRESS.items():
        text = text.replace(f"{address} port 8008", f"127.0.0.1 port {ports[f'{node} api']}")
        text = text.replace(f"{address}:8008", f"127.0.0.1:{ports[f'{node} api']}")
        text = text.replace(f"{address}:5432", f"127.0.0.1:{ports[node]}")
        text = text.replace(f"{address}:2379", f"127.0.0.1:{ports['etcd']}")
    for address in (*ADDRESS.values(), *WEB.values()):
        text = text.replace(f"{address}/32", "127.0.0.1/32")
    for name, password in PASSWORDS.items():
        text = text.replace(f"@{name}_PASSWORD@", password)
    for large, small in SMALLER.items():
        text = text.replace(f": {large}\n", f": {small}\n")
    return text


def patroni(node, ports, folders, *, sockets, synchronous):
    """Return Patroni's file for a node, made from that of db1; folders: replacements for this machine."""
    text = (DEPLOY / "patroni" / "portal.yml").read_text().replace("name: db1", f"name: {node}")
    for key in ("listen", "connect_address"):
        text = text.replace(f"{key}: {ADDRESS['db1']}", f"{key}: {ADDRESS[node]}")
    text = here(text, ports).replace("mode: automatic", "mode: 'off'")
    for theirs, ours in folders.items():
        text = text.replace(theirs, str(ours))
    if not synchronous:
        text = text.replace("synchronous_mode: true", "synchronous_mode: false")
    parameters = "      parameters:\n"
    return text.replace(parameters, f"{parameters}        unix_socket_directories: {sockets}\n", 1)


def unprivileged(text):
    """Return a configuration of HAProxy without the parts that need a user and folders of its own."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.strip().startswith(PRIVILEGES))
