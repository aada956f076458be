"""Designs that look at responses, or watch one arm: Simon, monitoring, BOIN12."""
