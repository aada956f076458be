"""Spreads chunks of work over processes; the answers come in the order of the chunks, and few chunks are in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from trialwright.core.errors import StageError

Chunk = TypeVar("Chunk")
Answer = TypeVar("Answer")
AHEAD = 3
"""Chunks for each process that are handed out ahead."""


def spread(work: Callable[[Chunk], Answer], chunks: Iterable[Chunk], workers: int) -> Iterator[Answer]:
    """What `work`, a function of a module, answers for each chunk. `workers`: processes; below 2, this one does it.

    Raises StageError (REG-013) if a process is killed, as for want of memory.
    """
    if workers < 2:
        yield from map(work, chunks)
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool: ProcessPoolExecutor | None = None
    under_way: deque[Future[Answer]] = deque()
    try:
        for chunk in chunks:
            pool = pool or ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
            under_way.append(pool.submit(work, chunk))
            if len(under_way) >= AHEAD * workers:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    except BrokenProcessPool as fault:
        raise StageError(
            "REG-013",
            "a process that worked on records was ended from outside, perhaps for want of memory",
            expected="processes that finish their work",
            mend="give the command again: what was stored is kept, and it goes on from there; --workers 1 needs less",
        ) from fault
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
