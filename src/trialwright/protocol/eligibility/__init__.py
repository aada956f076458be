"""The eligibility criteria as items: their text, number, section, and what can be computed of them."""
