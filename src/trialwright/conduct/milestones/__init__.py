"""The course of a trial as a whole: opening, amendments, pauses, the end, the lock."""
