"""How a dose escalation is read from a record: its levels, its rule, its DLT definition."""
