"""Drawing in SVG: shapes and fitted text, everything escaped, colours by class so that the page's styles rule them."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from trialwright.report.markup import Child, Markup, tag

NARROW, WIDE = frozenset("ijl.,:;|!'()[]tfr-/ "), frozenset("mwMW@%—")


def text_width(text: str, size: float = 13, bold: bool = False) -> float:
    """About how wide a text will be in a sans-serif face, in px; rather a little too wide than too narrow."""
    total = 0.0
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            total += 1.0
        elif char in NARROW:
            total += 0.37
        elif char in WIDE:
            total += 0.94
        elif char.isupper():
            total += 0.71
        else:
            total += 0.615
    return total * size * (1.06 if bold else 1.0)


def fitted(text: str, width: float, size: float = 13, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` px."""
    if text_width(text, size, bold) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size, bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, width: float, size: float = 13, most: int = 3, bold: bool = False) -> list[str]:
    """The text in at most `most` lines of `width` px, the last one cut with an ellipsis where it is too long."""
    lines: list[str] = []
    line = ""
    words = text.split()
    for index, word in enumerate(words):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, bold) > width:
            if len(lines) == most - 1:
                return [*lines, fitted(" ".join([line, *words[index:]]), width, size, bold)]
            lines.append(line)
            line = word
        else:
            line = longer
    if line:
        lines.append(line)
    return [fitted(one, width, size, bold) for one in lines]


def px(value: float) -> str:
    """A coordinate to a tenth of a pixel, the same on every machine."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass(slots=True)
class Drawing:
    """A picture in the making. `width`, `height` in px; classes name the page's styles."""

    width: float
    height: float
    title: str
    description: str
    parts: list[Markup] = field(default_factory=list)

    def add(self, name: str, *children: Child, **attributes: Any) -> None:
        """An element as it is."""
        values = {
            k: px(v) if isinstance(v, float | int) and not isinstance(v, bool) else v for k, v in attributes.items()
        }
        self.parts.append(tag(name, *children, **values))

    def text(
        self, x: float, y: float, text: str, *, size: float = 13, anchor: str = "start", class_: str = "", tip: str = ""
    ) -> None:
        """One line of text; (x, y) is on its base line. `tip`: the whole text where it was cut."""
        inner: Child = (text, tag("title", tip)) if tip else text
        self.add("text", inner, x=x, y=y, font_size=size, text_anchor=anchor, class_=f"t {class_}".strip())

    def lines(
        self,
        x: float,
        y: float,
        lines: list[str],
        *,
        size: float = 13,
        anchor: str = "start",
        class_: str = "",
        leading: float = 1.3,
    ) -> float:
        """Several lines; returns the base line of the line that would come next."""
        for line in lines:
            self.text(x, y, line, size=size, anchor=anchor, class_=class_)
            y += size * leading
        return y

    def box(self, x: float, y: float, width: float, height: float, *, class_: str = "box", radius: float = 4) -> None:
        """A rectangle."""
        self.add("rect", x=x, y=y, width=width, height=height, rx=radius, class_=class_)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, class_: str = "line") -> None:
        """A straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)

    def circle(self, x: float, y: float, radius: float, *, class_: str = "dot", tip: str = "") -> None:
        """A circle, with a title where `tip` says something."""
        self.add("circle", tag("title", tip) if tip else None, cx=x, cy=y, r=radius, class_=class_)

    def path(self, points: list[tuple[float, float]], *, class_: str = "line", closed: bool = False) -> None:
        """A line through points."""
        d = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points) + ("Z" if closed else "")
        self.parts.append(tag("path", d=d, class_=class_))

    def arrow(self, x1: float, y1: float, x2: float, y2: float, *, class_: str = "line") -> None:
        """A straight line, horizontal or vertical, with a head at its second end."""
        self.line(x1, y1, x2, y2, class_=class_)
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        a, b = 7.0, 3.6
        self.path(
            [
                (x2, y2),
                (x2 - a * dx - b * dy, y2 - a * dy - b * dx),
                (x2 - a * dx + b * dy, y2 - a * dy + b * dx),
            ],
            class_="head",
            closed=True,
        )

    def markup(self, key: str) -> Markup:
        """The picture as an `svg` element. `key`: unique in the page, for the ids of its title and description."""
        return tag(
            "svg",
            tag("title", self.title, id=f"{key}-t"),
            tag("desc", self.description, id=f"{key}-d"),
            self.parts,
            viewBox=f"0 0 {px(self.width)} {px(self.height)}",
            width=px(self.width),
            height=px(self.height),
            role="img",
            aria_labelledby=f"{key}-t {key}-d",
            style=f"min-width:{px(min(self.width, max(420.0, self.width * 0.82)))}px",
        )


def figure(key: str, drawing: Drawing, *caption: Child) -> Markup:
    """A figure with its caption below, in a box that scrolls when the page is narrow."""
    box = tag("div", drawing.markup(key), class_="scroll art", tabindex="0", role="region", aria_label=drawing.title)
    return tag("figure", box, tag("figcaption", *caption), id=key)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers that divide [low, high] into about so many steps.

    >>> ticks(0, 1)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if not high > low:
        return [low]
    raw = (high - low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]
