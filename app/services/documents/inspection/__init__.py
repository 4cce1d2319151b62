"""What a file really is, whether it may be kept, and as what. Blocking: run it in a thread."""
