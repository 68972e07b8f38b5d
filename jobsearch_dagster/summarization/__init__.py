"""Long text to short text."""
