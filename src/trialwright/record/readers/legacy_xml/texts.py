"""Undoes the hard wrapping of a text block: paragraphs and list items become lines again."""

from __future__ import annotations

import re

_ITEM = re.compile(r"(?P<indent> *)(?P<mark>(?:[-*•·]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])(?= ))?(?P<blanks> *)(?P<rest>.*)")


def unwrapped(raw: str) -> str:
    r"""The block with wrapped lines joined; blank lines part paragraphs, and an item's mark begins a new line.

    What is indented under an item stays indented under it. The words are those of the block.

    >>> unwrapped("\n      Inclusion:\n\n        -  One line\n           and its end.\n\n        -  Two\n    ")
    'Inclusion:\n\n- One line and its end.\n- Two'
    """
    lines = [line.rstrip() for line in raw.expandtabs().split("\n")]
    filled = [line for line in lines if line]
    margin = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    levels: list[int] = []
    done: list[str] = []
    gap, in_list = True, False
    hanging = -1  # where the text of the item at hand begins: a line there goes on, whatever it begins with
    for line in lines:
        if not line:
            gap = True
            continue
        found = _ITEM.fullmatch(line[margin:])
        assert found is not None  # the pattern takes any line
        indent, mark = len(found["indent"]), found["mark"]
        if not gap and (mark is None or indent == hanging) and done:
            done[-1] += f" {line.strip()}"
            continue
        while levels and levels[-1] >= indent:
            levels.pop()
        depth = "  " * len(levels) if mark else ""
        if mark:
            levels.append(indent)
        if done and gap and not (mark and in_list):
            done.append("")
        done.append(f"{depth}{mark} {found['rest']}" if mark else line.strip())
        gap, in_list = False, mark is not None
        hanging = indent + len(mark) + len(found["blanks"]) if mark else -1
    return "\n".join(done)
