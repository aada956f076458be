"""Designs that decide by time, while participants are still in their DLT window."""
