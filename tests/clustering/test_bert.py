"""The encoder beside a plain reading of the papers, one token at a time; and what it refuses.

The tokenizer is a stand-in where the optional package is not installed; the tests are the same.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from articles.clustering import encoders
from articles.clustering.bert import BertEncoder
from articles.clustering.embedding import ModelError

Array = NDArray[Any]
Weights = dict[str, Array]

WORDS = ["[PAD]", "[UNK]", "bridge", "closes", "in", "port", "alder", "after", "crack"]
CONFIG: dict[str, Any] = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 8,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "intermediate_size": 16,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 12,
}
TOKENIZER = {
    "version": "1.0",
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {
        "type": "WordLevel",
        "vocab": {word: at for at, word in enumerate(WORDS)},
        "unk_token": "[UNK]",
    },
}
TEXTS = ["bridge closes", "bridge closes in port alder after crack", "crack", "alder in port"]


@dataclass
class Tokens:
    """What the package calls an Encoding."""

    ids: list[int]

    def __len__(self) -> int:
        return len(self.ids)


class Tokenizer:
    """What the package does with the tokenizer above."""

    def __init__(self, table: dict[str, Any]) -> None:
        self._vocabulary = table["model"]["vocab"]
        self._longest = 10**6

    @classmethod
    def from_str(cls, given: str) -> Tokenizer:
        return cls(json.loads(given))

    def no_padding(self) -> None:
        """There is none."""

    def enable_truncation(self, longest: int) -> None:
        self._longest = longest

    def encode_batch_fast(self, texts: Sequence[str]) -> list[Tokens]:
        return [Tokens(self._ids(text)[: self._longest]) for text in texts]

    def _ids(self, text: str) -> list[int]:
        return [self._vocabulary.get(word, 1) for word in text.split()]


@pytest.fixture(autouse=True)
def tokenizers(monkeypatch):
    if find_spec("tokenizers") is None:
        stand_in = ModuleType("tokenizers")
        stand_in.Tokenizer = Tokenizer  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tokenizers", stand_in)


def weights(random: np.random.Generator) -> Weights:
    wide, deep = CONFIG["hidden_size"], CONFIG["intermediate_size"]
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), wide),
        "embeddings.position_embeddings.weight": (CONFIG["max_position_embeddings"], wide),
        "embeddings.token_type_embeddings.weight": (2, wide),
        "embeddings.LayerNorm.weight": (wide,),
        "embeddings.LayerNorm.bias": (wide,),
    }
    for at in range(CONFIG["num_hidden_layers"]):
        layer = f"encoder.layer.{at}"
        parts = [("attention.self." + each, wide, wide) for each in ("query", "key", "value")]
        parts += [("attention.output.dense", wide, wide)]
        parts += [("intermediate.dense", deep, wide), ("output.dense", wide, deep)]
        for name, out, into in parts:
            shapes |= {f"{layer}.{name}.weight": (out, into), f"{layer}.{name}.bias": (out,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}.{name}.weight": (wide,), f"{layer}.{name}.bias": (wide,)}
    return {name: random.normal(size=shape).astype("<f4") for name, shape in shapes.items()}


def write_tensors(file: Path, tensors: Weights, kinds: dict[str, str]) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "np"}}
    body = b""
    for name, values in tensors.items():
        data = values.tobytes()
        header[name] = {
            "dtype": kinds.get(name, "F32"),
            "shape": list(values.shape),
            "data_offsets": [len(body), len(body) + len(data)],
        }
        body += data
    head = json.dumps(header).encode()
    file.write_bytes(len(head).to_bytes(8, "little") + head + body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny model with random weights."""
    tensors = weights(np.random.default_rng(5))
    write_tensors(tmp_path / "model.safetensors", tensors, {})
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    (tmp_path / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    return tmp_path


# -- the papers, word by word


def norm(row: Array, name: str, given: Weights) -> Array:
    spread = row - row.mean()
    scaled = spread / math.sqrt((spread**2).mean() + CONFIG["layer_norm_eps"])
    return np.asarray(scaled * given[f"{name}.weight"] + given[f"{name}.bias"])


def dense(row: Array, name: str, given: Weights) -> Array:
    return np.asarray(given[f"{name}.weight"] @ row + given[f"{name}.bias"])


def gelu(row: Array) -> Array:
    return np.array([x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in row])


def attention(rows: list[Array], name: str, given: Weights) -> list[Array]:
    heads = CONFIG["num_attention_heads"]
    size = CONFIG["hidden_size"] // heads
    query, key, value = (
        [dense(row, f"{name}.{each}", given) for row in rows] for each in ("query", "key", "value")
    )
    found = []
    for asking in query:
        mixed = []
        for at in range(heads):
            part = slice(at * size, (at + 1) * size)
            odds = [math.exp(asking[part] @ asked[part] / math.sqrt(size)) for asked in key]
            mixed.append(
                sum(x / sum(odds) * told[part] for x, told in zip(odds, value, strict=True))
            )
        found.append(np.concatenate(mixed))
    return found


def states(text: str, given: Weights) -> list[Array]:
    rows = [
        norm(
            given["embeddings.word_embeddings.weight"][WORDS.index(word)]
            + given["embeddings.position_embeddings.weight"][at]
            + given["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
            given,
        )
        for at, word in enumerate(text.split())
    ]
    for at in range(CONFIG["num_hidden_layers"]):
        layer = f"encoder.layer.{at}"
        told = attention(rows, f"{layer}.attention.self", given)
        pairs = zip(rows, told, strict=True)
        output = f"{layer}.attention.output"
        rows = [
            norm(row + dense(heard, f"{output}.dense", given), f"{output}.LayerNorm", given)
            for row, heard in pairs
        ]
        inner = [gelu(dense(row, f"{layer}.intermediate.dense", given)) for row in rows]
        rows = [
            norm(
                row + dense(thought, f"{layer}.output.dense", given),
                f"{layer}.output.LayerNorm",
                given,
            )
            for row, thought in zip(rows, inner, strict=True)
        ]
    return rows


def unit(vector: Array) -> Array:
    return np.asarray(vector / np.linalg.norm(vector))


def test_texts_of_any_length_together_give_what_each_gives_by_the_papers(folder):
    given = weights(np.random.default_rng(5))
    expected = [unit(np.mean(states(text, given), axis=0)) for text in TEXTS]

    found = BertEncoder.load(folder).encode(TEXTS)

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=0.005)  # the tanh form of GELU


def test_a_model_may_take_its_first_token_instead_of_the_average(folder):
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text('{"pooling_mode_cls_token": true}')
    expected = unit(states(TEXTS[1], weights(np.random.default_rng(5)))[0])

    np.testing.assert_allclose(BertEncoder.load(folder).encode(TEXTS[1:2])[0], expected, atol=0.005)


def test_a_text_is_cut_where_the_model_ends(folder):
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 3}')
    model = BertEncoder.load(folder)

    long, short = model.encode(["alder in port after crack", "alder in port"])

    np.testing.assert_allclose(long, short, atol=1e-6)


def test_no_texts_give_no_rows(folder):
    assert BertEncoder.load(folder).encode([]).shape == (0, 8)


def test_a_model_goes_by_what_it_computes_not_by_where_it_lies(folder, tmp_path_factory):
    copy = tmp_path_factory.mktemp("elsewhere")
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    name = encoders.load(str(folder)).name

    assert encoders.load(str(copy)).name == name
    write_tensors(copy / "model.safetensors", weights(np.random.default_rng(6)), {})
    assert encoders.load(str(copy)).name != name


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# A model\nlanguage: de\n", {"en"}),
        ("---\nlicense: mit\nlanguage:\n- en\n- de\ntags:\n- fr\n---\n", {"en", "de"}),
        ("---\nlanguage: [en, pt]\n---\n", {"en", "pt"}),
        ("---\nlanguage: multilingual\n---\n", set()),
        ("---\nlicense: mit\n---\nlanguage: en\n", set()),
        ("# A model\nlanguage: en\n", set()),
    ],
)
def test_the_languages_of_a_model_are_those_of_its_card(folder, card, languages):
    (folder / "README.md").write_text(card)

    assert BertEncoder.load(folder).languages == languages


def test_weights_of_half_precision_are_understood(folder):
    given = weights(np.random.default_rng(5))
    plain = BertEncoder.load(folder).encode(TEXTS)
    shifted = {name: (values.view("<u4") >> 16).astype("<u2") for name, values in given.items()}
    halves = {name: values.astype("<f2") for name, values in given.items()}

    for tensors, kind in ((shifted, "BF16"), (halves, "F16")):
        write_tensors(folder / "model.safetensors", tensors, dict.fromkeys(tensors, kind))
        np.testing.assert_allclose(BertEncoder.load(folder).encode(TEXTS), plain, atol=0.2)


# -- what is refused


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"holds no model: there is no config\.json"):
        encoders.load(str(tmp_path))


def test_another_kind_of_model_is_refused(folder):
    (folder / "config.json").write_text(json.dumps(CONFIG | {"model_type": "mpnet"}))

    with pytest.raises(ModelError, match="only models of model_type 'bert'"):
        encoders.load(str(folder))


@pytest.mark.parametrize("content", ["[]", "{"])
def test_a_configuration_that_is_none_is_refused(folder, content):
    (folder / "config.json").write_text(content)

    with pytest.raises(ModelError, match="JSON"):
        encoders.load(str(folder))


def test_a_model_with_a_layer_missing_is_refused(folder):
    given = weights(np.random.default_rng(5))
    del given["encoder.layer.1.output.dense.bias"]
    write_tensors(folder / "model.safetensors", given, {})

    with pytest.raises(ModelError, match=r"lacks 'encoder\.layer\.1\.output\.dense\.bias'"):
        encoders.load(str(folder))


def test_a_file_of_weights_that_is_cut_short_is_refused(folder):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-100])

    with pytest.raises(ModelError, match="cannot be read"):
        encoders.load(str(folder))


def test_without_the_extra_the_error_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)

    with pytest.raises(ModelError, match=r"tokenizers is missing: install requirements-semantic"):
        encoders.load(str(folder))
    with pytest.raises(ModelError, match=r"no folder, .* install requirements-semantic\.txt"):
        encoders.load("some/model")
