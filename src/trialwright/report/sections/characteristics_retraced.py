"""What other designs would have said with the same patients: the simulated trial, cohort by cohort."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.design.rule import Action, Finish, Treat
from trialwright.report import numbers
from trialwright.report.markup import Child, Column, Markup, bullets, join, note, table, tag
from trialwright.simulate.escalating import OTHER_TARGET
from trialwright.simulate.retracing import Retraced, Said, TreatedCohort, retraced
from trialwright.simulate.trial import SimulatedTrial

COHORTS_SHOWN = 60


def same_patients(trial: SimulatedTrial, exact: bool) -> Markup | None:
    """A table of the trial's cohorts beside the answers of other designs; None without a dose escalation.

    `exact`: the exact chances of these designs stand above."""
    found = retraced(trial.protocol, trial.facts)
    if found is None or not found.said:
        return None
    asked = [said for said in found.said if said.answers]
    shown = found.cohorts[:COHORTS_SHOWN]
    rows = [_row(place, cohort, asked) for place, cohort in enumerate(shown)]
    return join(
        tag("h3", "What other designs would have done with the same patients"),
        _introduction(trial, found, exact),
        table(
            "Cohorts of the simulated trial, and what other designs would have said before each",
            [
                Column("When", head=True),
                Column("Treated", wide=True),
                *[Column(f"{_short(said.rule)} says", wide=True) for said in asked],
            ],
            [*rows, _last(trial, asked, found)] if len(shown) == len(found.cohorts) else rows,
            cards=True,
        )
        if asked
        else None,
        _left_out(found, len(shown)),
        [_refused(said) for said in found.said if said.refused],
        bullets(_summary(said, found.cohorts) for said in asked) if asked else None,
    )


def _introduction(trial: SimulatedTrial, found: Retraced, exact: bool) -> Markup:
    ground = "the registered number" if found.registered else "as many as were treated here, for none is registered"
    return tag(
        "p",
        tag("b", "Simulated. "),
        f"The one trial simulated below (scenario {trial.scenario.name}, seed {trial.seed}) was run by "
        f"{trial.design}. Each other design is told, before each cohort, the levels, participants and DLTs so far, and "
        f"says what it would have done next. They aim at a DLT rate of {OTHER_TARGET:.0%}, an assumption, with at most "
        f"{numbers.plural(found.most, 'participant')}, {ground}. One trial shows how they decide and not how "
        f"well{': the exact chances above do that' if exact else ''}. ",
        "Nothing can be said of patients who were never treated at the level that a "
        "design wanted; from there on it answers for the patients as they were treated.",
    )


def _row(place: int, cohort: TreatedCohort, asked: Sequence[Said]) -> tuple[Child, ...]:
    people, dlts = numbers.plural(cohort.treated, "participant"), numbers.plural(cohort.dlts, "DLT")
    return (
        f"Cohort {place + 1}",
        f"{people} at level {cohort.level}, {dlts}".replace(" DLT", "\N{NO-BREAK SPACE}DLT"),
        *[_answer(said, place, cohort.level) for said in asked],
    )


def _last(trial: SimulatedTrial, asked: Sequence[Said], found: Retraced) -> tuple[Child, ...]:
    own = trial.stop
    ended = "the simulated trial did not end" if own is None else f"the trial ends: {_selected(own.selected)}"
    return ("After the last", ended, *[_answer(said, len(found.cohorts), None) for said in asked])


def _answer(said: Said, place: int, treated: int | None) -> Markup:
    """What the design says here; in bold where it differs from what was done."""
    if place >= len(said.answers):
        return tag("span", f"ended after cohort {len(said.answers) - 1}", class_="quiet")
    answer = said.answers[place]
    match answer:
        case Treat(dose=level):
            words = f"level {level}" if treated is not None else f"goes on at level {level}"
            same = treated in (None, level)
        case Finish(selected=selected):
            words, same = f"stops: {_selected(selected)}", treated is None
    return join(words if same else tag("b", words), tag("p", _reason(answer), class_="meta"))


def _reason(answer: Action) -> str:
    return answer.reason[:1].upper() + answer.reason[1:]


def _selected(level: int | None) -> str:
    return f"level {level} selected" if level else "no level selected"


def _short(rule: str) -> str:
    return rule.partition(":")[0]


def _refused(said: Said) -> Markup:
    return note(f"{said.rule} cannot be asked about these cohorts: {said.refused}.", kind="why")


def _left_out(found: Retraced, shown: int) -> Markup | None:
    parts = []
    if shown < len(found.cohorts):
        parts.append(f"{len(found.cohorts) - shown} later cohorts are in the dataset folder.")
    if found.not_counted:
        people = numbers.plural(found.not_counted, "participant")
        are = "is" if found.not_counted == 1 else "are"
        parts.append(f"{people} whose outcome or level is not known {are} left out.")
    if found.backfilled:
        people = numbers.plural(found.backfilled, "participant")
        parts.append(f"Left out: {people} by backfill, beside the cohorts.")
    return note(" ".join(parts)) if parts else None


def _summary(said: Said, cohorts: Sequence[TreatedCohort]) -> Markup:
    """Where the design parts from the trial, in a sentence."""
    place = said.parted(cohorts)
    if place is None:
        words = f"it would have treated every cohort at the same level; after the last it {_end(said.answers[-1])}."
    else:
        wanted = said.answers[place]
        words = f"up to cohort {place} it agrees; " if place else ""
        match wanted:
            case Treat(dose=level):
                words += (
                    f"it would have treated cohort {place + 1} at level {level}, not at level {cohorts[place].level}, "
                    "and how those patients would have fared there is not known."
                )
            case Finish(selected=selected):
                words += f"it would have stopped before cohort {place + 1}, {_selected(selected)}."
    return join(tag("b", said.rule), ": ", words)


def _end(answer: Action) -> str:
    match answer:
        case Treat(dose=level):
            return f"goes on at level {level}"
        case Finish(selected=selected):
            return f"stops, {_selected(selected)}"


__all__ = ["same_patients"]
