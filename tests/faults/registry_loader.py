"""Loads a file into a registry in small batches, in a process of its own that a test can kill."""

import sys
from pathlib import Path

from trialwright.registry import Registry, loading


def say(text: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(store: str, source: str, batch: str, limit: str) -> None:
    """Load; `limit`: bytes that a file may grow to, 0 for no limit, as on a full disk."""
    if int(limit):
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    loading.BATCH = int(batch)
    with Registry(Path(store)) as registry:
        say("open")
        loaded = registry.load([Path(source)], workers=1, progress=say)
        say(f"{loaded.added} {loaded.known}")


if __name__ == "__main__":
    main(*sys.argv[1:])
