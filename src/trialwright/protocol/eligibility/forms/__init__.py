"""The forms that an expression is written in: English, an editable form that reads back, SQL."""
