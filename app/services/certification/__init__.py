"""The fast lane for certification, and the register of what was certified."""
