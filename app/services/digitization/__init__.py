"""Paper that becomes data: batches from scanning stations, their pieces, values confirmed by clerks, signed copies."""
