"""What the readers of page texts share: lines, sections, places, terms."""
