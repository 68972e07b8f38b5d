"""Job catalog, question to filter to SQL, retrieval."""
