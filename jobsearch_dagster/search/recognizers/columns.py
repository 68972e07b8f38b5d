"""Words for what jobs can be grouped and ordered by: the columns of the catalog, and pay.

Belongs here: what columns are called. What is asked of them is in `figures.py` and `order.py`.
"""

import re

from jobsearch_dagster.search.filter import Category

COLUMNS: dict[str, Category] = {
    r"cit(?:y|ies)|towns?|locations?|places?": "city",
    r"states?|regions?|provinces?": "region",
    r"countr(?:y|ies)": "country",
    r"(?:job\s+)?titles?|roles?|occupations?|professions?": "standard_title",
    r"seniority(?:\s+levels?)?|levels?(?!\s+of\s+education)|career\s+levels?": "seniority",
    r"work\s?(?:place\s+)?modes?|remote\s+status": "work_mode",
    r"(?:salary|pay)\s+(?:ranges?|buckets?|bands?)": "bucket",
    r"skills?|technolog(?:y|ies)|(?:programming\s+)?languages?|tools?|frameworks?|qualifications": "skills",
    r"degrees?|education(?:\s+levels?)?|levels?\s+of\s+education": "education",
    r"(?:employment|contract|job|contract)\s+types?|(?:types?|kinds?|sorts?|forms?)\s+of\s+(?:employment"
    r"|contracts?)": "employment_type",
}
ANY_COLUMN = "|".join(COLUMNS)
MONEY = r"(?:(?:annual|yearly|base|starting)\s+)?(?:salar(?:y|ies)|pay|wages?|compensation|income|earnings)"
FLAGS = re.IGNORECASE | re.VERBOSE


def column_called(text: str) -> Category:
    """The column that is called so; `text` matches `ANY_COLUMN`."""
    return next(column for wording, column in COLUMNS.items() if re.fullmatch(wording, text, re.IGNORECASE))
