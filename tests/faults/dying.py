"""Runs a job again and again, each time in a process that is killed at a later call to the system.

Run: python dying.py JOB BASE OUT [half]. Every moment works on a copy of BASE in OUT/MOMENT and leaves what the job
acknowledged in OUT/MOMENT.told; OUT/calls names the calls at which it died. The process is stopped by `ptrace` as it
enters each call that changes a file (write, sync, truncate, create, rename, link, unlink, make a folder), and killed
there, so that the call is not carried out. With `half`, only deaths at writes are left, and half of each is written.
Linux on x86-64 only.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path

CALLS = {
    1: "write",
    18: "pwrite64",
    20: "writev",
    74: "fsync",
    75: "fdatasync",
    77: "ftruncate",
    82: "rename",
    83: "mkdir",
    86: "link",
    87: "unlink",
    263: "unlinkat",
    264: "renameat",
    265: "linkat",
    316: "renameat2",
}
WRITES = ("write", "pwrite64")
OPENING = {2: 12, 257: 13}
"""Calls that open a file, with the register (as a place in `user_regs_struct`) of their flags."""
_O_CREAT = 0o100
_RDX, _RSI, _ORIG_RAX, _RAX = 12, 13, 15, 10
_TRACEME, _PEEKUSER, _POKEUSER, _SYSCALL, _SETOPTIONS = 0, 3, 6, 24, 0x4200
_GOOD = 1
LONGEST = 400
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _ptrace(request: int, pid: int, address: int = 0, value: int = 0) -> int:
    return int(_libc.ptrace(request, pid, address, value))


def _register(pid: int, place: int) -> int:
    return _ptrace(_PEEKUSER, pid, 8 * place)


def _counts(pid: int) -> str:
    """The name of the call that is being entered, if it changes a file; else nothing."""
    number = _register(pid, _ORIG_RAX)
    if number in OPENING:
        flags = _register(pid, _RSI if number == 2 else _RDX)
        return "create" if flags & _O_CREAT else ""
    return CALLS.get(number, "")


def _stopped(pid: int) -> bool:
    """Wait until the process stops; False if it has ended."""
    _, status = os.waitpid(pid, 0)
    return os.WIFSTOPPED(status)


def _killed_at(pid: int, moment: int, calls: list[str], *, half: bool) -> bool:
    """Let a stopped process run up to a call and kill it there; False if it ends before."""
    count, entering = 0, True
    while True:
        _ptrace(_SYSCALL, pid)
        if not _stopped(pid):
            return False
        name = _counts(pid) if entering else ""
        entering = not entering
        if not name:
            continue
        if count == moment:
            calls.append(name)
            if half and name in WRITES:
                _ptrace(_POKEUSER, pid, 8 * _RDX, _register(pid, _RDX) // 2)
                _ptrace(_SYSCALL, pid)
                _stopped(pid)
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return True
        count += 1


def main() -> None:
    """Every moment of one job."""
    from dying_jobs import JOBS

    name, base, out, *how = sys.argv[1:]
    job, calls = JOBS[name], []
    shutil.copytree(base, Path(out) / "warm")
    job(Path(out) / "warm", lambda said: said)  # what is loaded when first used is loaded once, not by every process
    shutil.rmtree(Path(out) / "warm")
    for moment in range(LONGEST):
        folder = Path(out) / str(moment)
        shutil.copytree(base, folder)
        reading, telling = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reading)
            _ptrace(_TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            job(folder, lambda said, telling=telling: os.write(telling, f"{said}\n".encode()))
            os._exit(0)
        os.close(telling)
        _stopped(pid)
        died = _killed_at(pid, moment, calls, half=bool(how))
        told = b""
        while chunk := os.read(reading, 65536):
            told += chunk
        os.close(reading)
        Path(out, f"{moment}.told").write_bytes(told)
        if not died:
            break
        if how and calls[-1] not in WRITES:  # as without half
            shutil.rmtree(folder)
    else:
        raise SystemExit(f"{name} makes more than {LONGEST} calls")
    Path(out, "calls").write_text("\n".join(calls), encoding="ascii")


if __name__ == "__main__":
    main()
