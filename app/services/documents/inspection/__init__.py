"""What a file really is, whether it may be kept, and as what. Run where a bad file harms nobody (`FileInspection`)."""
