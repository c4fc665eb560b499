"""BERT sentence encoders in numpy: what `sentence-transformers` computes, without its weight.

The transformer of Devlin et al. 2019 as its smaller kin for sentences use it (Reimers and Gurevych
2019): token states of the last layer, averaged or the first of them, brought to unit length. Needs
the optional package `tokenizers`, which is imported when a model is loaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import regex
from numpy.typing import NDArray

from articles.clustering import tensors
from articles.clustering.embedding import INSTALL, ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]
Weights = dict[str, Floats]

WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "config.json"
POOLING: Final = "1_Pooling/config.json"
LIMITS: Final = "sentence_bert_config.json"
CARD: Final = "README.md"
COMPUTES: Final = (CONFIG, TOKENIZER, WEIGHTS, POOLING, LIMITS)
FILES: Final = (*COMPUTES, CARD)
"""What is read of a model's folder; the last three may be missing."""

# The card begins with YAML, "language: en" or a list of them; nothing else of it matters here.
_LANGUAGES: Final = regex.compile(
    r"\A---\n(?:(?!---).*\n)*?languages?:(?:[ ]*\[?|(?=\n))(?:[\s,-]*+(?<code>[a-z]{2,3})\b(?!:))+"
)

_TOKENS: Final = 256
"""Tokens computed at once, padding included: few enough that a layer's states stay in the cache."""
_REQUIRED: Final = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
}


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer's weights; matrices take what comes from the left."""

    attention: tuple[Floats, Floats]
    """Query, key and value side by side."""
    output: tuple[Floats, Floats]
    output_norm: tuple[Floats, Floats]
    up: tuple[Floats, Floats]
    down: tuple[Floats, Floats]
    down_norm: tuple[Floats, Floats]


class BertEncoder:
    """Turns texts into vectors. Thread-safe after loading."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        weights: Weights,
        config: dict[str, Any],
        *,
        name: str,
        languages: frozenset[str],
        first_token: bool,
    ) -> None:
        """Take a model apart; `first_token` takes the first state instead of the average."""
        self.name = name
        self.languages = languages
        self.dimensions: int = config["hidden_size"]
        self._tokenizer = tokenizer
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        self._first_token = first_token
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = _norm(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, at) for at in range(config["num_hidden_layers"])]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model in a folder laid out as the hub's are.

        Raises ModelError if the optional package or a file is missing, or for another kind of
        model.
        """
        config = _config(folder)
        try:
            from tokenizers import Tokenizer  # noqa: PLC0415 - optional
        except ImportError as error:
            raise ModelError(f"the package tokenizers is missing: {INSTALL}") from error
        try:
            weights = tensors.read(folder / WEIGHTS)
            tokenizer = Tokenizer.from_str((folder / TOKENIZER).read_text(encoding="utf-8"))
            return cls(
                _prepared(tokenizer, _longest(folder, config)),
                {name.removeprefix("bert."): given for name, given in weights.items()},
                config,
                name=_fingerprint(folder),
                languages=_languages(folder),
                first_token=_pools_first(folder),
            )
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder} cannot be read: {error}") from error
        except KeyError as error:
            raise ModelError(f"{folder} lacks {error}") from error

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row of unit length for each text."""
        found = np.zeros((len(texts), self.dimensions), np.float32)
        tokens = self._tokenizer.encode_batch_fast(list(texts))

        def compute(places: list[int]) -> None:
            found[places] = self._forward([tokens[place] for place in places])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(compute, _batches([len(each) for each in tokens])))
        return found

    def _forward(self, tokens: Sequence[Encoding]) -> Floats:
        longest = max(len(each) for each in tokens)
        ids = np.zeros((len(tokens), longest), np.int64)
        mask = np.zeros((len(tokens), longest), np.float32)
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each.ids
            mask[row, : len(each)] = 1.0
        states = _normalised(self._words[ids] + self._places[:longest], self._norm, self._epsilon)
        barred = (mask[:, None, None, :] - 1.0) * 1e9
        for layer in self._layers:
            states = self._through(states, barred, layer)
        pooled = states[:, 0] if self._first_token else (states * mask[:, :, None]).sum(axis=1)
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True), np.float32)

    def _through(self, states: Floats, barred: Floats, layer: _Layer) -> Floats:
        attended = _linear(self._attention(states, barred, layer), layer.output)
        states = _normalised(states + attended, layer.output_norm, self._epsilon)
        inner = _linear(_gelu(_linear(states, layer.up)), layer.down)
        return _normalised(states + inner, layer.down_norm, self._epsilon)

    def _attention(self, states: Floats, barred: Floats, layer: _Layer) -> Floats:
        texts, length, width = states.shape
        parted = _linear(states, layer.attention).reshape(texts, length, 3, self._heads, -1)
        query, key, value = parted.transpose(2, 0, 3, 1, 4)
        scores = query @ key.swapaxes(2, 3)
        scores *= np.float32(1.0 / np.sqrt(width / self._heads))
        scores += barred
        scores -= scores.max(axis=3, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=3, keepdims=True)
        return np.asarray((scores @ value).swapaxes(1, 2).reshape(texts, length, width))


# -- what a folder holds


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / CONFIG).is_file():
        raise ModelError(f"{folder} holds no model: there is no {CONFIG}")
    config: dict[str, Any] = _json(folder / CONFIG)
    for key, wanted in _REQUIRED.items():
        if config.get(key, wanted) != wanted:
            raise ModelError(f"{folder}: only models of {key} {wanted!r} are understood")
    return config


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise ModelError(f"{file} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ModelError(f"{file} is not a JSON object")
    return found


def _longest(folder: Path, config: dict[str, Any]) -> int:
    """How many tokens of a text the model reads."""
    file = folder / LIMITS
    given = _json(file).get("max_seq_length") if file.is_file() else None
    places: int = config["max_position_embeddings"]
    return min(int(given or places), places)


def _pools_first(folder: Path) -> bool:
    file = folder / POOLING
    return file.is_file() and bool(_json(file).get("pooling_mode_cls_token"))


def _prepared(tokenizer: Tokenizer, longest: int) -> Tokenizer:
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _fingerprint(folder: Path) -> str:
    """Names the model by what it computes, wherever it lies."""
    digest = blake2b(digest_size=16)
    for name in COMPUTES:
        if (folder / name).is_file():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _languages(folder: Path) -> frozenset[str]:
    """What the model's card says; "multilingual" is no language."""
    card = folder / CARD
    found = _LANGUAGES.match(card.read_text(encoding="utf-8")) if card.is_file() else None
    return frozenset(found.captures("code")) if found else frozenset()


def _layer(weights: Weights, at: int) -> _Layer:
    name = f"encoder.layer.{at}"
    parts = [_dense(weights, f"{name}.attention.self.{each}") for each in ("query", "key", "value")]
    return _Layer(
        attention=(
            np.ascontiguousarray(np.concatenate([matrix for matrix, _ in parts], axis=1)),
            np.concatenate([bias for _, bias in parts]),
        ),
        output=_dense(weights, f"{name}.attention.output.dense"),
        output_norm=_norm(weights, f"{name}.attention.output.LayerNorm"),
        up=_dense(weights, f"{name}.intermediate.dense"),
        down=_dense(weights, f"{name}.output.dense"),
        down_norm=_norm(weights, f"{name}.output.LayerNorm"),
    )


def _dense(weights: Weights, name: str) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(weights[f"{name}.weight"].T), weights[f"{name}.bias"]


def _norm(weights: Weights, name: str) -> tuple[Floats, Floats]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


# -- arithmetic


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts computed together: of similar length, as all are padded to the longest."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _linear(states: Floats, dense: tuple[Floats, Floats]) -> Floats:
    matrix, bias = dense
    flat = states.reshape(-1, states.shape[-1]) @ matrix
    flat += bias
    return flat.reshape(*states.shape[:-1], -1)


def _normalised(states: Floats, norm: tuple[Floats, Floats], epsilon: float) -> Floats:
    scale, shift = norm
    states = states - states.mean(axis=-1, keepdims=True)
    spread = np.einsum("...i,...i->...", states, states)[..., None] / states.shape[-1]
    states /= np.sqrt(spread + np.float32(epsilon))
    states *= scale
    states += shift
    return states


def _gelu(states: Floats) -> Floats:
    """x times the normal distribution function, by its tanh form (Hendrycks and Gimpel 2016)."""
    inner = states * states
    inner *= np.float32(0.044715)
    inner += np.float32(1.0)
    inner *= states
    inner *= np.float32(np.sqrt(2.0 / np.pi))
    np.tanh(inner, out=inner)
    inner += np.float32(1.0)
    inner *= states
    inner *= np.float32(0.5)
    return inner
