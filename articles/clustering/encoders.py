"""The encoder that a name means: a folder, or a model of the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from articles.clustering.bert import FILES, BertEncoder
from articles.clustering.embedding import INSTALL, Encoder, ModelError


def load(name: str) -> Encoder:
    """Load a model from a folder or, where there is none of that name, from the hub's cache or hub.

    Raises ModelError, saying why, if it cannot be had or used.
    """
    folder = Path(name).expanduser()
    try:
        return BertEncoder.load(folder if folder.is_dir() else _fetched(name))
    except ModelError as error:
        raise ModelError(f"the model {name!r} cannot be used: {error}") from error


def _fetched(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - optional
    except ImportError as error:
        raise ModelError(
            f"it is no folder, and for the hub a package is missing: {INSTALL}"
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(FILES)))
    except (OSError, ValueError) as error:
        raise ModelError(f"it is no folder, and the hub does not give it: {error}") from error
