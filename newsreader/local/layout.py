"""Where the embedded servers keep their things: a pure function of the data directory.

Every command computes the same addresses from the same directory, so a second terminal finds the
servers of a running application without asking anybody.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from newsreader.local.errors import writing_to

# sun_path holds 108 bytes with its NUL on Linux, 104 on macOS; PostgreSQL appends ".s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 85
# Addresses of sockets go through URLs, connection strings and lists parted by commas.
PLAIN_PATH = re.compile(r"[\w/.+-]+", re.ASCII)
# Not tempfile.gettempdir(): two terminals with different TMPDIRs must find the same sockets.
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder inside is made 0700 and its owner checked


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one data directory, which is absolute."""

    data_dir: Path

    @property
    def postgres_data(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def locks(self) -> Path:
        return self.data_dir / "locks"

    @property
    def secret_key_file(self) -> Path:
        return self.data_dir / "secret_key"

    @property
    def beat_schedule(self) -> Path:
        return self.data_dir / "beat-schedule"

    @property
    def static_stamp(self) -> Path:
        return self.data_dir / "static-stamp"

    @property
    def demo_port(self) -> Path:
        return self.data_dir / "demo-port"

    @property
    def sockets(self) -> Path:
        """A folder whose name is short and plain enough for sockets, the same at every start."""
        inside = self.data_dir / "sockets"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return SHORT_FOLDER / f"newsreader-{digest}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey"

    @property
    def database_url(self) -> str:
        # The port is only part of the socket's name; said aloud, PGPORT cannot change it.
        return f"postgresql://newsreader@:5432/newsreader?host={quote(str(self.sockets), safe='')}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.valkey_socket}"

    def secret_key(self) -> str:
        """The site's key, made at the first call and kept with mode 0600.

        Raises LocalError if it can be neither read nor written.
        """
        with writing_to(self.data_dir):
            try:
                return self.secret_key_file.read_text(encoding="ascii")
            except FileNotFoundError:
                self.data_dir.mkdir(parents=True, exist_ok=True)
            return self._make_secret_key()

    def _make_secret_key(self) -> str:
        fresh = self.secret_key_file.with_name(f"secret_key.{os.getpid()}")
        fresh.touch(mode=0o600)
        try:
            fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
            # link() never replaces: of two first starts at once, one wins and both read its key.
            with suppress(FileExistsError):
                os.link(fresh, self.secret_key_file)
        finally:
            fresh.unlink()
        return self.secret_key_file.read_text(encoding="ascii")
