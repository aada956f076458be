"""The randomisation of a trial fixed beforehand, with a commitment, and opened at its end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from trialwright.conduct.allocating.asks import OpenRandomisation, SealRandomisation
from trialwright.conduct.allocating.refusals import refused
from trialwright.conduct.allocating.state import SPECIFICATION, Sealed
from trialwright.conduct.checks import telling
from trialwright.conduct.events.allocation import RandomisationOpened, RandomisationSealed
from trialwright.conduct.masking.parties import enrolling_are_masked
from trialwright.conduct.people.roles import DUTIES, SEES_WHO_ENTERS, Role
from trialwright.conduct.randomisation.commitment import commit, opens
from trialwright.conduct.randomisation.generator import Draws, Key, Salt
from trialwright.conduct.randomisation.randomiser import Randomiser
from trialwright.conduct.randomisation.register import Register, audit
from trialwright.conduct.randomisation.spec_file import read_spec
from trialwright.conduct.rule import Ask, Made
from trialwright.protocol.kinds import Parallel, SelectThenCompare

if TYPE_CHECKING:
    from trialwright.conduct.masking.keys import Keyring
    from trialwright.conduct.randomisation.spec import Specification
    from trialwright.protocol.protocol import Protocol


def key_names(number: int) -> tuple[str, str]:
    """The names in the keyring of the key and the salt of randomisation number `number`."""
    return f"randomisation-{number}", f"randomisation-{number}-salt"


def seal(command: SealRandomisation, asked: Ask) -> Iterable[Made]:
    """The sealing: the specification in an envelope, the commitment for everybody to see.

    Key and salt are made in the keyring first, so whoever has the commitment on the ledger has them too.
    """
    state = asked.standing.allocation
    _require_apart(asked)
    spec = read_spec(command.specification)
    _require_fit(spec, asked.protocol)
    if not command.custodian.strip():
        raise refused(
            "COND-081",
            "it is not said who keeps the key of the randomisation",
            "a person or an office, and where they keep it",
            "name the custodian; whoever enrols is none",
        )
    reason = telling(asked.reason) if state.sealings else asked.reason
    number = len(state.sealings) + 1
    key, salt = key_names(number)
    commitment = commit(spec, Key(asked.keys.make(key)), Salt(asked.keys.make(salt)))
    levels = tuple((factor.name, level) for factor in spec.factors for level in factor.levels)
    event = RandomisationSealed(
        number,
        commitment,
        tuple(factor for factor, _ in levels),
        tuple(level for _, level in levels),
        command.custodian.strip(),
    )
    yield Made(event, reason, {SPECIFICATION: {"text": command.specification}})


def open_sealed(command: OpenRandomisation, asked: Ask) -> Iterable[Made]:
    """The opening: key, salt and specification for everybody to see, and what drawing the whole list again gives."""
    state = asked.standing.allocation
    sealed = next((each for each in state.sealings if each.event.number == command.sealing), None)
    if sealed is None or command.sealing in state.opened:
        closed = [each.event.number for each in state.sealings if each.event.number not in state.opened]
        raise refused(
            "COND-089",
            f"there is no sealed randomisation number {command.sealing} that is still closed",
            ", ".join(f"number {n}" for n in closed) or "one that is closed; every one has been opened",
            "name the one to open",
        )
    spec, key, salt = opened(sealed, asked.keys)
    held = state.allocations.get(command.sealing, [])
    found = audit(sealed.event.commitment, spec, key, salt, Register(tuple(held)))
    yield Made(
        RandomisationOpened(
            command.sealing, spec.text(), key.written(), salt.written(), found.opened, found.differences
        ),
        asked.reason,
    )


def opened(sealed: Sealed, keys: Keyring) -> tuple[Specification, Key, Salt]:
    """What a sealed randomisation consists of. Raises StageError (COND-088) if a key is not here."""
    key, salt = (keys.get(name) for name in key_names(sealed.event.number))
    if key is None or salt is None or not sealed.specification:
        raise refused(
            "COND-088",
            f"the keys of randomisation number {sealed.event.number} are not here",
            "the folder of keys with which it was sealed",
            "bring the folder back from whoever keeps it; nothing is drawn without it",
        )
    return _spec(sealed.specification), Key(key), Salt(salt)


def arms_of(sealed: Sealed) -> frozenset[str] | None:
    """The arms that a sealed randomisation draws; None where its key is not at hand."""
    return frozenset(_spec(sealed.specification).arms) if sealed.specification else None


@lru_cache(maxsize=8)
def _spec(text: str) -> Specification:
    return read_spec(text)


def randomiser(sealed: Sealed, asked: Ask) -> Randomiser:
    """The randomiser of a sealed randomisation, with every allocation so far. Raises StageError (COND-088)."""
    state, number = asked.standing.allocation, sealed.event.number
    found = state.randomiser(number)
    if found is None:
        spec, key, salt = opened(sealed, asked.keys)
        if not opens(sealed.event.commitment, spec, key, salt):
            raise refused(
                "COND-088",
                f"the keys of randomisation number {number} are not those that were committed to",
                "the folder of keys with which it was sealed",
                "bring the folder back from whoever keeps it; nothing is drawn from another list",
            )
        made = Randomiser(spec, Draws.of(spec, key), state.allocations.get(number, ()))
        found = state.randomiser(number, made)
    assert found is not None
    return found


def _require_apart(asked: Ask) -> None:
    """Whoever lets participants in must not know how the next arm is drawn."""
    held = [each.role for each in asked.standing.people.grants.get(asked.actor, ())]
    roles = [each.value for each in (Role(asked.role), *held) if DUTIES[each] & SEES_WHO_ENTERS]
    if roles:
        raise refused(
            "COND-082",
            f"{asked.actor} is {roles[0]}, and would know how the arms of the next participants are drawn",
            "somebody who neither screens nor enrols nor randomises",
            "let a statistician, or a sponsor without such a role, seal the randomisation",
        )


def _require_fit(spec: Specification, protocol: Protocol) -> None:
    """The specification is about this trial's arms, and does not call masked what those who enrol can see."""
    arms = tuple(arm.id for arm in protocol.arms)
    strange = [arm for arm in spec.arms if arm not in arms]
    said = [f"{', '.join(strange)} is no arm of the protocol" if strange else ""]
    if not spec.open_label and not enrolling_are_masked(protocol):
        said.append("it is said not to be open-label, and the protocol does not mask those who enrol")
    stated = _stated_ratio(protocol)
    if stated.keys() >= set(spec.arms):
        whole = sum(stated[arm] for arm in spec.arms)
        if any(stated[arm] * spec.unit != share * whole for arm, share in zip(spec.arms, spec.ratio, strict=True)):
            said.append("its ratio is not the one that the protocol states")
    if wrong := [each for each in said if each]:
        raise refused(
            "COND-081",
            "the randomisation does not fit the protocol: " + "; ".join(wrong),
            f"arms out of {', '.join(arms)}, in the ratio of the protocol; open-label unless those who enrol are "
            "masked",
            "write the specification anew, or amend the protocol first",
        )


def _stated_ratio(protocol: Protocol) -> dict[str, int]:
    """The ratio that the protocol states, by arm; empty where it states none."""
    kind = protocol.design.comparison if isinstance(protocol.design, SelectThenCompare) else protocol.design
    if not isinstance(kind, Parallel) or kind.ratio is None:
        return {}
    return dict(zip(kind.arms, kind.ratio, strict=True))
