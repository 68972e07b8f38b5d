"""Invented postings and resumes: text pools in YAML, and the few modules that compose them.

Nothing here opens a file for writing or knows how many postings there are (`ingestion.sample`).
"""
