"""The user that PostgreSQL runs as: it refuses root, so root must become somebody else.

Two ways, because neither works everywhere:
    nobody     setuid(2): needs folders that `nobody` can enter
    namespace  a user namespace (user_namespaces(7)) in which this user has another number: works
               inside closed folders, but many containers forbid it
The owner of an existing cluster tells which way it was made, so one cluster never changes its way.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from newsreader.local.errors import LocalError

CLONE_NEWUSER = 0x10000000  # linux/sched.h
LIBC = ctypes.CDLL(None, use_errno=True)


class Identity(TypedDict, total=False):
    """Arguments of subprocess.Popen."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The user of a process: this one's own unless something else is said."""

    uid: int | None = None
    gid: int | None = None
    namespace: bool = False

    @property
    def identity(self) -> Identity:
        if self.namespace or self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def enter(self) -> None:
        """Enter the namespace. For a child between fork and exec; raises OSError."""
        if not self.namespace:
            return
        uid, gid = os.geteuid(), os.getegid()
        if LIBC.unshare(CLONE_NEWUSER):
            raise OSError(ctypes.get_errno(), "unshare")
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{self.uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{self.gid} {gid} 1", encoding="ascii")

    def own(self, path: Path) -> None:
        """Make the account the owner of a file or folder."""
        if self.identity:
            os.chown(path, self.identity["user"], self.identity["group"])


def postgres_account(data: Path, program: Path) -> Account:
    """The account for the cluster in `data`, which may not exist yet while its parent does.

    Raises LocalError where root has no way to run `program` as somebody else.
    """
    if os.geteuid() != 0:
        return Account()
    nobody = _nobody()
    hidden = Account(nobody.uid, nobody.gid, namespace=True)
    if data.exists():
        owner = data.stat()
        return Account(owner.st_uid, owner.st_gid) if owner.st_uid else hidden
    if _can_enter(nobody, data.parent, program):
        return nobody
    if _can_run(hidden, program):
        return hidden
    raise LocalError(
        "PostgreSQL refuses to run as root; no other user can enter the folders of the project and"
        f" of {data.parent}, and this system forbids user namespaces. Run as an ordinary user, or"
        " move both to folders that others can enter."
    )


def _nobody() -> Account:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise LocalError(
            "PostgreSQL refuses to run as root, and this system has no user `nobody`."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _can_enter(account: Account, folder: Path, program: Path) -> bool:
    question = ["test", "-x", str(folder), "-a", "-x", str(program)]
    return subprocess.run(question, cwd="/", check=False, **account.identity).returncode == 0


def _can_run(account: Account, program: Path) -> bool:
    try:
        answer = subprocess.run(
            [program, "--version"],
            preexec_fn=account.enter,
            stdout=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.SubprocessError:  # what an OSError in preexec_fn becomes
        return False
    return answer.returncode == 0
