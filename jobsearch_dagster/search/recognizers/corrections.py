"""What a question takes back of itself: "Denmark... no wait, I meant the Netherlands".

Belongs here: wordings of a correction, and what no longer counts then. What a following question takes back of the one
before is in `follow_ups.py`.
"""

import re

from jobsearch_dagster.search.recognizers.spans import Finding

_CORRECTS = re.compile(
    r"\b(?:(?<!with\s)no\W+wait(?=\s*[,.!]|\s+i\b)|wait\W+no|scratch\s+that|no\W+(?:sorry|actually)|sorry\W+i\s+mean\w*|or\s+rather(?!\s+not)|make\s+that"
    r"|i\s+meant|correction(?=\s*[:,]))\b",
    re.IGNORECASE,
)


def without_corrected(findings: list[Finding], text: str) -> list[Finding]:
    """The findings but those before a correction whose slots it names anew."""
    corrections = list(_CORRECTS.finditer(text))
    if not corrections:
        return findings
    first, last = corrections[0], corrections[-1]
    renewed = {finding.slot for finding in findings if finding.start >= last.end()}
    return [finding for finding in findings if finding.start >= first.start() or finding.slot not in renewed]
