"""Command line: may import every stage, imported by none."""
