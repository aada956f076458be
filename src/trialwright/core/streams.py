"""Random streams that do not depend on how the work was split.

A stream is named by a seed and a tuple of keys (scenario, trial, purpose). Philox is counter-based:
the same name gives the same numbers in any process, in any order, with any number of workers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def stream(seed: int, *keys: str | int) -> np.random.Generator:
    """The random generator named by a seed (0 or more) and its keys.

    Distinct names give statistically independent streams: the 128-bit Philox key is a BLAKE2b digest
    of the whole name.

    >>> bool(stream(1, "arrivals", 7).random() == stream(1, "arrivals", 7).random())
    True
    """
    import numpy as np

    if seed < 0:
        raise ValueError(f"a seed is a whole number, 0 or more, found {seed}")
    name = repr((int(seed), *keys)).encode()
    digest = hashlib.blake2b(name, digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
