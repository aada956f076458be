"""Reads the public XML of ClinicalTrials.gov as it was until 2024."""
