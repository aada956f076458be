"""Speed and memory as measured things."""
