"""The safetensors format (github.com/huggingface/safetensors): named arrays in one file.

Eight bytes give the length of a JSON header, lowest byte first; the header gives each array's type,
shape and place among the bytes that follow it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_TYPES: Final = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}


def read(file: Path) -> dict[str, NDArray[np.float32]]:
    """The floating-point arrays of a file; others are left out.

    Raises OSError if it cannot be read and ValueError if it is not such a file.
    """
    data = file.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    body = memoryview(data)[start:]
    found = {}
    for name, entry in header.items():
        kind = _TYPES.get(entry.get("dtype"))
        if kind is not None:
            begin, end = entry["data_offsets"]
            found[name] = _floats(np.frombuffer(body[begin:end], kind)).reshape(entry["shape"])
    return found


def _floats(values: NDArray[np.generic]) -> NDArray[np.float32]:
    """bfloat16 is the upper half of a float32; numpy has no type for it."""
    if values.dtype == np.dtype("<u2"):
        return (values.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return values.astype(np.float32)
