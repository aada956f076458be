"""The lexicon of criteria as data files: measures, scales, conditions, drugs, procedures, units, their spellings."""
