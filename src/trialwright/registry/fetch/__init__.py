"""Records from the ClinicalTrials.gov API: one by its number, or every one that a query finds."""

from trialwright.registry.fetch.api import API, Api, Query
from trialwright.registry.fetch.download import Downloaded, download

__all__ = ["API", "Api", "Downloaded", "Query", "download"]
