"""Papers that were scanned and become no document: what is left of them, and until when."""
