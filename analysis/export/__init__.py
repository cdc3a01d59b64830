"""A report in the forms of other programs: a file for each form, pure functions to bytes or text."""
