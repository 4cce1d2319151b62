"""The list of dossiers in somebody's scope, a page at a time."""
