"""Designs that fit a model of toxicity to all participants: CRM and BLRM."""
