"""The figures of a report, drawn by hand in SVG."""
