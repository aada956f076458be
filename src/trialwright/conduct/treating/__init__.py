"""Treatment in a live trial: doses worked out, prepared and given, visits, entries and their corrections."""
