"""What is wrong or missing in a record: rules, each with its evidence."""

from trialwright.lint.finding import Finding, Fixability, Status
from trialwright.lint.run import run

__all__ = ["Finding", "Fixability", "Status", "run"]
