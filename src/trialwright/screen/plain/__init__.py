"""One patient at a time, in plain Python: what each criterion answers, read from the text of the semantics alone.

It shares no code with the evaluator of whole cohorts, which a test compares with it.
"""

from trialwright.screen.plain.answering import answer, leaf_answer, places_of
from trialwright.screen.plain.verdict import Verdict, verdict

__all__ = ["Verdict", "answer", "leaf_answer", "places_of", "verdict"]
