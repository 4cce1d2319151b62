"""Files on their way, in pieces that survive (tus 1.0)."""
