"""The one exception that a user can cause and fix.

Belongs here: errors whose message alone tells what is wrong, where, and how to fix it. The command line prints the
message without a traceback and exits with 1. Programming errors keep their own types.
"""


class UserError(Exception):
    """What is wrong, where, and how to fix it, in one line."""
