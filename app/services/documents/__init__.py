"""Papers of dossiers: their contents, uploads, versions, links and reads."""
