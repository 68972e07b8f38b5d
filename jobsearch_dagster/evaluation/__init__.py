"""Contenders, answers, scores, statistics, report."""
