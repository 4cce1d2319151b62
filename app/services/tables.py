"""Tables as spreadsheets write them: separated by commas, by semicolons where commas are in numbers, or by tabs."""

_SEPARATORS = (",", ";", "\t")


def separator_of(header: str) -> str:
    """Return what separates the columns of a table with this header line: the most frequent sign, else a comma."""
    return max(_SEPARATORS, key=header.count)
