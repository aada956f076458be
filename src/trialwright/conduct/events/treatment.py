"""Events about treatment: how doses are worked out, prepared, given and held, and what a visit asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TreatmentRules:
    """What the protocol's file has no place for, as the sponsor settles it; None or empty: no such rule.

    `weight_change`: a body weight that differs by more than so many percent (decimal text) asks for a new
    calculation. `weight_age`: so does a weight older than so many days. `dose_margin`: days before and after its
    planned day on which an administration may be given; None: the window of the visit that holds it. `least_gap`:
    minutes from the start of one administration of a participant to the next. `stagger`: minutes from the first dose
    of a participant to the first dose of the next at the same dose level (in a trial without levels: in any arm).
    `hold_grade`: an adverse event of this grade or higher that has not ended holds the next administration.
    `infusion`: minutes from thaw, or else from the start, to the end of an infusion. `caps`, `floors`, `steps`: by
    the name of the treatment, the most and the least that is given at a time and the step that it is rounded to,
    decimal text in the unit of its dose. `rounding`: `down` or `nearest`. `follow_up`: relative days of visits beyond
    the schedule, with `follow_up_margin` days on either side. `quorum`: how many people must hold that there was no
    dose-limiting toxicity before one that stands is withdrawn, 2 or more. `independent`: whoever assesses a
    participant must have entered none of the adverse events in the window.
    """

    weight_change: str = "10"
    weight_age: int | None = None
    dose_margin: int | None = None
    least_gap: int | None = None
    stagger: int | None = None
    hold_grade: int | None = None
    infusion: int | None = None
    caps: Mapping[str, str] = field(default_factory=dict)
    floors: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    rounding: str = "down"
    follow_up: tuple[int, ...] = ()
    follow_up_margin: int = 0
    quorum: int = 2
    independent: bool = False


@dataclass(frozen=True, slots=True)
class DosePlanned:
    """The dose of one administration was worked out.

    `number`: as the row of EX will have it. `planned`: relative day (0 = first dose). `weight`: kg, `surface`: square
    metres, decimal text, empty where no dose of the trial asks for one; `measured`: trial day of the older of the
    two, None without any; `weight_row`, `surface_row`: their rows of VS. Sealed: the `treatment`, its `amount` and
    `unit`, `per` what the protocol states, `route`, `volume`, and `working` in words.
    """

    subject: str
    number: int
    planned: int
    weight: str
    surface: str
    measured: int | None
    weight_row: int | None = None
    surface_row: int | None = None
    treatment: str = ""
    amount: str = ""
    unit: str = ""
    per: str = ""
    route: str = ""
    volume: str = ""
    working: str = ""


@dataclass(frozen=True, slots=True)
class DosePrepared:
    """An unmasked preparer has prepared one administration. Sealed: what, how much (decimal text and its unit), and
    `why` it is another amount than was worked out."""

    subject: str
    number: int
    treatment: str = ""
    amount: str = ""
    unit: str = ""
    volume: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Administered:
    """When one administration was given (RFC 3339 with an offset), and what share of what had been prepared, percent.

    `thawed`: when the product was thawed, empty where it was not frozen. The row of EX is entered beside it.
    """

    subject: str
    number: int
    started: str
    stopped: str
    thawed: str = ""
    share: str = "100"


@dataclass(frozen=True, slots=True)
class DoseHeld:
    """No further dose is given to a participant until the hold is lifted, for the reason on the entry."""

    subject: str


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """A hold is over, for the reason on the entry."""

    subject: str


@dataclass(frozen=True, slots=True)
class VisitAsked:
    """What a visit asked for when it was entered (`number`: row of SV); what is asked for later is not asked of it."""

    subject: str
    number: int
    visit: int
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CasebookEndorsed:
    """An investigator endorses what stands of a participant at a milestone, up to and with the entry `upto`."""

    subject: str
    milestone: str
    upto: int


TreatmentEvent = (
    TreatmentRules | DosePlanned | DosePrepared | Administered | DoseHeld | HoldLifted | VisitAsked | CasebookEndorsed
)
SCHEMAS: Mapping[type[TreatmentEvent], int] = {
    TreatmentRules: 1,
    DosePlanned: 1,
    DosePrepared: 1,
    Administered: 1,
    DoseHeld: 1,
    HoldLifted: 1,
    VisitAsked: 1,
    CasebookEndorsed: 1,
}
