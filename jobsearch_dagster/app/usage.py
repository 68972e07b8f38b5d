"""The error of a command that was called in a way that cannot be meant.

Belongs here: that error alone, so that a command which needs no Dagster can raise it. What makes a call wrong is in the
module of the command.
"""


class UsageError(Exception):
    """Ends the command with exit code 2; its text is one line: what is wrong and what to write instead."""
