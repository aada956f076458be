"""Reads the text of a third-party page of a trial, with and without its labels."""
