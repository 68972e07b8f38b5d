"""Raw files to validated rows."""
