"""The evidence table: several trials side by side, doses made comparable at one weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.appraise.output import MARKER, whole_folder, write_json
from trialwright.appraise.run import Options, appraise, severities
from trialwright.appraise.sources import Progress, open_each, quiet
from trialwright.core.errors import InputError, TrialwrightError, UsageError
from trialwright.core.problem import Severity

if TYPE_CHECKING:
    from trialwright.report.evidence import EvidenceRow


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows of the table, in the order of the sources, and the sources that could not be read with the reason."""

    rows: tuple[EvidenceRow, ...]
    unreadable: tuple[tuple[str, str], ...]
    weight_kg: Decimal

    def rows_json(self) -> Any:
        """The rows as plain values."""
        from trialwright.report import tables

        return tables.as_json(self.rows, self.weight_kg)


def compare(
    sources: Sequence[str],
    folder: Path,
    *,
    weight_kg: Decimal = Decimal(70),
    force: bool = False,
    progress: Progress = quiet,
) -> Comparison:
    """Write the evidence table of several records as `comparison.html`, `.csv` and `.json`.

    `weight_kg`: body weight by which doses per kilogram are multiplied, above 0 and at most 650 kg. A source that
    cannot be read is listed and does not stop the others. Raises UsageError (RUN-001, RUN-002, RUN-008), InputError
    (RUN-009) if none can be read.
    """
    from trialwright import __version__
    from trialwright.report import tables
    from trialwright.report.evidence import evidence_row

    if weight_kg.is_nan() or not 0 < weight_kg <= 650:
        raise UsageError("RUN-008", f"{weight_kg} kg is no body weight", expected="a number above 0 and at most 650")
    rows = []
    unreadable = []
    with whole_folder(folder, force=force) as building:
        for name, opened in (each for source in sources for each in open_each(source, progress=progress)):
            try:
                if isinstance(opened, TrialwrightError):
                    raise opened
                counts = severities(appraise(opened, Options(simulate=False), characterise=False))
            except TrialwrightError as fault:
                unreadable.append((name, str(fault)))
                continue
            rows.append(
                evidence_row(
                    opened.protocol,
                    opened.record,
                    weight_kg,
                    errors=counts[Severity.ERROR],
                    warnings=counts[Severity.WARNING],
                    notes=counts[Severity.INFO],
                )
            )
        if not rows:
            raise InputError(
                "RUN-009",
                f"none of the {len(sources)} sources could be read:\n"
                + "\n".join(f"{name}: {reason}" for name, reason in unreadable),
                expected="files that hold registry records, or protocol files",
                mend="name the records, or one folder of them",
            )
        page = tables.render(rows, weight_kg, left_out=unreadable, version=__version__)
        (building / "comparison.html").write_text(page, encoding="utf-8")
        (building / "comparison.csv").write_text(tables.as_csv(rows), encoding="utf-8", newline="")
        write_json(building / "comparison.json", tables.as_json(rows, weight_kg))
        write_json(building / MARKER, {"trialwright": __version__, "records": len(rows)})
    return Comparison(tuple(rows), tuple(unreadable), weight_kg)
