"""Forms on paper: slips rendered once from the log, their numbers and marks, and the door where anybody verifies."""
