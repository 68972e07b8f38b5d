"""What several stages need, and nothing that only one stage needs."""
