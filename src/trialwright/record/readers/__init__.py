"""One module or folder for each rendering: `recognises` it from content, and `read` gives a `Reading`."""
