"""Masking: what of a trial is sealed, under which keys, and what each role is shown."""
