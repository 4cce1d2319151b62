"""Results: drafted, signed, published, replaced, revoked; the queue of signatures."""
