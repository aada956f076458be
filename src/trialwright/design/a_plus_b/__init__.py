"""The 3+3 and its family, and the literal reading of a registered cohort rule."""
