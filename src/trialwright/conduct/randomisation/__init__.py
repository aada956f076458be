"""The randomisation of a live trial: declared, bound before the first participant, drawn from a key, open to audit.

    spec = read_spec(text)                       what people decide: arms, ratio, factors, method
    predictability(spec).words                   what an observer could foretell
    commit(spec, key, salt)                      published before the first participant
    randomise(spec, Draws.of(spec, key), register, subject, levels)
    audit(commitment, spec, key, salt, register) at the end: the whole list drawn again

Everything here is a pure function: the key, the salt and the register come in as arguments, nothing is read or written.
"""

from __future__ import annotations

from trialwright.conduct.randomisation.commitment import commit, opens
from trialwright.conduct.randomisation.generator import Draws, Key, Salt
from trialwright.conduct.randomisation.guessing_minimisation import simulated_key
from trialwright.conduct.randomisation.methods import (
    Blocks,
    Factor,
    Measure,
    Method,
    Minimisation,
    Override,
    Simple,
)
from trialwright.conduct.randomisation.minimise import Margins, chances, minimised
from trialwright.conduct.randomisation.observers import Observer, Predictability, predictability
from trialwright.conduct.randomisation.randomiser import Allocation, Randomiser
from trialwright.conduct.randomisation.register import (
    Audit,
    InError,
    LevelCorrected,
    Register,
    audit,
    correct_level,
    mark_in_error,
    randomise,
    true_levels,
)
from trialwright.conduct.randomisation.slots import Lists, arm_of_slot, arms_in_order, block
from trialwright.conduct.randomisation.spec import Specification
from trialwright.conduct.randomisation.spec_file import read_spec, write_spec

__all__ = [
    "Allocation",
    "Audit",
    "Blocks",
    "Draws",
    "Factor",
    "InError",
    "Key",
    "LevelCorrected",
    "Lists",
    "Margins",
    "Measure",
    "Method",
    "Minimisation",
    "Observer",
    "Override",
    "Predictability",
    "Randomiser",
    "Register",
    "Salt",
    "Simple",
    "Specification",
    "arm_of_slot",
    "arms_in_order",
    "audit",
    "block",
    "chances",
    "commit",
    "correct_level",
    "mark_in_error",
    "minimised",
    "opens",
    "predictability",
    "randomise",
    "read_spec",
    "simulated_key",
    "true_levels",
    "write_spec",
]
