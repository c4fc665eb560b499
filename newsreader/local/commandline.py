"""Django's command line with the embedded servers at hand: what `manage.py` runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from newsreader.local.binaries import postgres_folder
from newsreader.local.errors import LocalError
from newsreader.local.servers import Wanted, available

# Django's own commands that touch neither database nor cache.
SERVERLESS = frozenset(
    {
        *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help"),
        *("makemessages", "sendtestemail", "startapp", "startproject", "version"),
    }
)
# These make or change the tables themselves.
UNMIGRATED = frozenset({"makemigrations", "migrate", "squashmigrations", "test", "testserver"})
INFORMATION = frozenset({"--help", "-h", "--version"})


def main(arguments: Sequence[str]) -> int:
    """Run one command; the arguments begin with the program's name. Returns the exit code."""
    open_standard_streams()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsreader.settings")

    from django.core.management import execute_from_command_line  # noqa: PLC0415 - slow

    try:
        arguments, data_dir = without_data_dir(arguments)
        if data_dir:
            os.environ["NEWSREADER_DATA_DIR"] = data_dir
        with _servers_for(arguments):
            execute_from_command_line(list(arguments))
    except LocalError as error:
        print(f"Error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130  # what a shell says of a program that Ctrl-C ended
    return 0


def without_data_dir(arguments: Sequence[str]) -> tuple[list[str], str]:
    """The arguments without `--data-dir X` or `--data-dir=X`, and X; raises LocalError without X.

    Settings need the directory before any command's own options are read.
    """
    rest: list[str] = []
    data_dir = ""
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--data-dir":
            data_dir = _folder(next(words, ""))
        elif word.startswith("--data-dir="):
            data_dir = _folder(word.partition("=")[2])
        else:
            rest.append(word)
    return rest, data_dir


def _folder(name: str) -> str:
    if not name:
        raise LocalError("--data-dir needs the name of a folder.")
    return name


def open_standard_streams() -> None:
    """Put the null device where a standard stream is closed.

    Otherwise the next file that is opened, a lock perhaps, would become the standard input.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _servers_for(arguments: Sequence[str]) -> AbstractContextManager[None]:
    name = arguments[1] if len(arguments) > 1 else "help"
    if name in SERVERLESS or INFORMATION.intersection(arguments):
        return nullcontext()

    import django  # noqa: PLC0415 - reads settings
    from django.conf import settings  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise LocalError(str(error)) from error
    wanted = Wanted(postgres=settings.EMBEDDED_DATABASE, valkey=settings.EMBEDDED_REDIS)
    if not wanted or not _needs_servers(name):
        return nullcontext()
    if wanted.postgres:
        # For dbshell, which runs psql: the one of the same version.
        os.environ["PATH"] = os.pathsep.join([str(postgres_folder()), *os.get_exec_path()])

    def prepare() -> None:
        if wanted.postgres and name not in UNMIGRATED:
            migrate_if_new()

    return available(settings.LAYOUT, wanted, name, prepare)


def _needs_servers(name: str) -> bool:
    """What a command of this project says in `needs_servers`; all others need them."""
    from django.core.management import get_commands, load_command_class  # noqa: PLC0415

    application = get_commands().get(name)
    if application is None:
        return False  # Django says that it does not know the command.
    if not isinstance(application, str) or application.startswith("django."):
        return True
    return bool(getattr(load_command_class(application, name), "needs_servers", True))


def migrate_if_new() -> None:
    """Make the tables of a database that has none, so that every command works on it."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    if not MigrationRecorder(connection).has_table():
        call_command("migrate", verbosity=0, interactive=False)
    # The command opens a connection of its own when it needs one.
    connection.close()
