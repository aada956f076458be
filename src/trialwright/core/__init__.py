"""What every room stands on: errors, places in a source, quantities, study time, random streams, files."""
