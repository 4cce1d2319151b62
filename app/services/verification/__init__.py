"""What the second opinion judges, read as it is stored."""
