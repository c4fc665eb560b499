from __future__ import annotations

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from newsreader.local.errors import LocalError
from newsreader.local.layout import LONGEST_SOCKET_FOLDER, Layout


def test_sockets_lie_in_the_data_directory() -> None:
    assert Layout(Path("/srv/news")).sockets == Path("/srv/news/sockets")


@pytest.mark.parametrize(
    "folder", ["/srv/" + "long/" * 30, "/srv/two words", "/srv/a,b", "/srv/münchen", "/srv/50%"]
)
def test_a_folder_that_sockets_cannot_have_is_replaced_by_a_short_one(folder: str) -> None:
    sockets = Layout(Path(folder)).sockets

    assert len(str(sockets)) <= LONGEST_SOCKET_FOLDER
    assert sockets.parent == Path("/tmp")
    assert sockets == Layout(Path(folder)).sockets
    assert sockets != Layout(Path(folder) / "other").sockets


def test_the_temporary_folder_of_a_terminal_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    layout = Layout(Path("/srv/" + "long/" * 30))
    before = layout.sockets
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert layout.sockets == before


def test_the_address_of_the_database_names_folder_and_port() -> None:
    parts = urlsplit(Layout(Path("/srv/news")).database_url)

    assert parse_qs(parts.query) == {"host": ["/srv/news/sockets"]}
    assert parts.port == 5432


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "new" / "data")
    key = layout.secret_key()

    assert len(key) >= 50
    assert layout.secret_key() == key
    assert stat.S_IMODE(layout.secret_key_file.stat().st_mode) == 0o600
    assert [path.name for path in layout.data_dir.iterdir()] == ["secret_key"]


def test_a_folder_for_the_key_that_is_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(LocalError, match=r"data cannot be written: .*--data-dir"):
        Layout(tmp_path / "data").secret_key()


def test_two_data_directories_have_different_keys(tmp_path: Path) -> None:
    assert Layout(tmp_path / "a").secret_key() != Layout(tmp_path / "b").secret_key()
