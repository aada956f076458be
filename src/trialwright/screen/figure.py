"""The attrition of a cohort as a figure in SVG: a bar for each criterion, in order."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.screen.verdicts import Verdicts

LEFT, BAR, RIGHT, STEP, TOP = 300.0, 420.0, 80.0, 26.0, 64.0
KEPT, OPEN, LOST = "#2f6f9f", "#b9d3e6", "#c8553d"
WIDTH = 44


def attrition_svg(verdicts: Verdicts) -> str:
    """How many go on behind each criterion, how many of them with an unknown answer, and how many it excludes."""
    steps = verdicts.attrition
    total = max(1, len(verdicts.cohort))
    height = TOP + STEP * len(steps) + 40
    width = LEFT + BAR + RIGHT
    counts = ", ".join(f"{name} {count:,}" for name, count in verdicts.counts().items())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" font-size="12" role="img">'
    )
    said = f"{len(verdicts.cohort):,} patients: {escape(counts)}"
    out = [
        head,
        f"<title>Attrition: {escape(counts)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<text x="8" y="20" font-size="14" font-weight="600">{said}</text>',
        *_legend(),
    ]
    for place, step in enumerate(steps):
        y = TOP + STEP * place
        text = " ".join(step.text.split())
        label = f"{step.criterion}: {text}"
        short = label if len(label) <= WIDTH else label[: WIDTH - 1] + "…"
        known, unknown, lost = (
            BAR * count / total for count in (step.left - step.unknown, step.unknown, step.excluded)
        )
        out.append(f"<g><title>{escape(label)}</title>")
        out.append(f'<text x="{LEFT - 8:.0f}" y="{y + 13:.0f}" text-anchor="end">{escape(short)}</text>')
        x = LEFT
        for length, colour in ((known, KEPT), (unknown, OPEN), (lost, LOST)):
            if length > 0:
                out.append(f'<rect x="{x:.1f}" y="{y:.0f}" width="{length:.1f}" height="18" fill="{colour}"/>')
            x += length
        said = f"{step.left:,}" + (f" (−{step.excluded:,})" if step.excluded else "")
        out.append(f'<text x="{x + 6:.1f}" y="{y + 13:.0f}">{said}</text></g>')
    return "\n".join([*out, "</svg>"]) + "\n"


def _legend() -> list[str]:
    out = []
    for place, (colour, said) in enumerate(
        ((KEPT, "go on, known to be met"), (OPEN, "go on, unknown"), (LOST, "excluded"))
    ):
        x = 8 + place * 190
        out.append(f'<rect x="{x}" y="34" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text x="{x + 18}" y="45">{said}</text>')
    return out
