"""Allocation in a live trial: the sealed randomisation, each participant's arm, every unblinding."""
