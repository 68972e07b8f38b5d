"""Lowercase, deduplicate, standardize, salaries, text, entities."""
