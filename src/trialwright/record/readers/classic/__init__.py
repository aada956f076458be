"""Reads the text of a classic ClinicalTrials.gov record page."""
