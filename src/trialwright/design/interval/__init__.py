"""Designs that read the next step from a decision table for the current level: BOIN, keyboard, mTPI, i3+3, any."""
