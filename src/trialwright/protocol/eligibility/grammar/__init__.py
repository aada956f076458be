"""The grammar of criteria: words of a line become phrases, and phrases an expression."""
