"""One patient at a time, in plain Python: what each criterion answers, why, and what is still to be asked.

It shares no code with the evaluator of whole cohorts, which a test compares with it.
"""

from trialwright.screen.plain.answering import answer, leaf_answer, places_of
from trialwright.screen.plain.asking import Question, Questions, questions
from trialwright.screen.plain.deciding import Verdict, favourable, verdict
from trialwright.screen.plain.explaining import Explanation, Reason, explanation, explanations

__all__ = [
    "Explanation",
    "Question",
    "Questions",
    "Reason",
    "Verdict",
    "answer",
    "explanation",
    "explanations",
    "favourable",
    "leaf_answer",
    "places_of",
    "questions",
    "verdict",
]
