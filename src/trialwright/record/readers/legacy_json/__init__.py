"""Reads the JSON of the legacy API: study fields as flat lists, and full studies."""
