"""The report of one record: one self-contained HTML file, no network, no script."""

from __future__ import annotations

from trialwright.report.contents import Contents
from trialwright.report.page import Section, page
from trialwright.report.sections.assumptions import assumptions
from trialwright.report.sections.characteristics import characteristics
from trialwright.report.sections.eligibility import eligibility
from trialwright.report.sections.glance import glance, header
from trialwright.report.sections.outcomes import outcomes
from trialwright.report.sections.problems import problems
from trialwright.report.sections.reading import reading
from trialwright.report.sections.reproduce import reproduce
from trialwright.report.sections.simulated import simulated


def render(contents: Contents) -> str:
    """The whole report as text, to be written as UTF-8; the same contents always give the same text.

    Everything that came from the record is escaped. Sections without content say why.
    """
    sections = (
        Section("glance", "The trial at a glance", glance(contents)),
        Section("record", "What the record says, and what was lost", reading(contents)),
        Section("problems", "Problems", problems(contents), leaf=True),
        Section("assumptions", "Assumptions", assumptions(contents)),
        Section("eligibility", "Eligibility", eligibility(contents)),
        Section("outcomes", "Outcomes and schedule", outcomes(contents), leaf=True),
        Section("characteristics", "Operating characteristics", characteristics(contents), leaf=True),
        Section("simulated", "One simulated trial", simulated(contents), leaf=True),
        Section("reproduce", "How to reproduce this", reproduce(contents)),
    )
    title = f"{contents.nct_id}: {contents.title}" if contents.nct_id else contents.title
    source = contents.record.origin.name if contents.record else "a protocol file"
    version = f"trialwright {contents.version}" if contents.version else "trialwright"
    return page(title, header(contents), sections, f"Made by {version} from {source}.")
