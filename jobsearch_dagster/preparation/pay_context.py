"""Whether an amount is pay: the words around it, in a salary cell and in a description.

Belongs here: telling base pay from on-target earnings, bonuses, funding, prices, years and postcodes. Does not belong
here: how an amount is written (`amounts.py`) and what it is worth (`salary.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.preparation.amount_words import words
from jobsearch_dagster.preparation.amounts import Amount, find_amounts
from jobsearch_dagster.preparation.text import fold, split_sentences

DATA = Path(__file__).with_name("money_words.yaml")
_LONGEST_CLAUSE = 120
"""Characters to either side of an amount that are read: bounds the work where a text holds thousands of amounts."""


@dataclass(frozen=True)
class _Patterns:
    """`money_words.yaml`: the kinds of money in one pattern with a group for each, and what else is told by words."""

    money: re.Pattern[str]
    on_target: re.Pattern[str]
    base: re.Pattern[str]
    clause_end: re.Pattern[str]
    heading: re.Pattern[str]
    label: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    data = read_yaml(DATA)
    one_of = {name: "|".join(lines.splitlines()) for name, lines in data.items()}
    kinds = "|".join(rf"(?P<{kind}>{one_of[kind]})" for kind in ("pay", "verbs", "extras", "others"))
    return _Patterns(
        money=re.compile(rf"\b(?:{kinds})\b"),
        on_target=re.compile(rf"\b(?:{one_of['on_target']})\b"),
        base=re.compile(rf"\b(?:{one_of['base']})\b"),
        clause_end=re.compile(rf"[,;/+(|]|\b(?:{one_of['clause_ends']})\b"),
        heading=re.compile(rf"\W*(?:\w+\W+){{0,4}}?(?:{one_of['headings']})(?:\W+\w+){{0,3}}\W*"),
        label=re.compile(
            rf"(?:\b(?:{one_of['labels']})\b[\s.:#/()-]*(?:id|no|code|number)?[\s.:#-]*|#\s?)$",
        ),
    )


def one_line(text: str) -> str:
    """A text folded, on one line."""
    return re.sub(r"\s+", " ", fold(text)).strip()


def best_first(cell: str) -> list[Amount]:
    """The amounts of a folded cell that can be its pay, the best first: base pay, plain, on target."""
    amounts = list(find_amounts(cell))
    signed = [amount for amount in amounts if amount.currencies]
    candidates = signed or [amount for amount in amounts if _looks_like_pay(cell, amount)]
    ranked = [(_rank(cell, amount), amount) for amount in candidates]
    return [amount for rank, amount in sorted(ranked, key=lambda pair: -pair[0]) if rank]


def _looks_like_pay(cell: str, amount: Amount) -> bool:
    """Whether an amount without a sign is pay, and no year, postcode, reference or head count."""
    before, after = cell[: amount.start], cell[amount.end :]
    if _patterns().label.search(before):
        return False
    if amount.is_marked:
        return True
    low, high = amount.values[0], amount.values[-1]
    is_year = 1_900 <= low <= high <= 2_100
    is_alone = re.search(r"[^\W\d_]", before + after) is None
    return (high >= 10_000 and not _STATE.search(before)) or (high >= 1_000 and not is_year and is_alone)


_STATE = re.compile(r"\b[a-z]{2},?\s$")


def _rank(text: str, amount: Amount) -> int:
    """How good an answer an amount of a salary cell is: base pay, plain, on target; 0 is a bonus or benefit.

    Words before an amount count more than those after it: in "OTE $160K (base $80K)" the first is on target.
    """
    if words().piece_work.match(text, amount.end):
        return 0
    clause = _clause(text, amount)
    for around, kind in zip(clause, _nearest(*clause), strict=True):
        if _patterns().on_target.search(around):
            return 1
        if kind == "extras" and not (around is clause[1] and len(amount.values) == 2 and amount.period):
            return 0
        if _patterns().base.search(around):
            return 3
    return 2


@dataclass(frozen=True)
class Line:
    """A sentence or line of a description that holds a number.

    Attributes:
        text: Folded.
        under_pay: Whether the line above is a heading such as "Pay" or "Salary range:".
    """

    text: str
    under_pay: bool


def lines_with_amounts(text: str) -> Iterator[Line]:
    """The sentences of a text that hold a digit."""
    under_pay = False
    for line in filter(None, map(str.strip, _LINE.split(text))):
        if re.search(r"[0-9]", line):
            for sentence in split_sentences(line):
                if re.search(r"[0-9]", sentence):
                    yield Line(one_line(sentence), under_pay)
        under_pay = len(line) <= _LONGEST_HEADING and _patterns().heading.fullmatch(fold(line)) is not None


_LINE = re.compile(r"[\n\r]+|\s[|•·]\s")
_LONGEST_HEADING = 80
UNNAMED = 2
"""The highest clarity of an amount that no word names as pay."""


def clarity_of(line: Line, amount: Amount) -> int:
    """How clearly an amount of a description is pay: 5 is named pay, 1 is a range or stands alone, 0 is other money."""
    if not amount.currencies and not (amount.is_marked or amount.values[-1] >= 10_000):
        return 0
    if words().piece_work.match(line.text, amount.end):
        return 0
    before, after = _clause(line.text, amount)
    kind_before, kind_after = _nearest(before, after)
    if not amount.currencies and not (kind_before == "pay" or line.under_pay):
        return 0
    if kind_before == "pay" and not _names_others(before):
        return 4 if _patterns().on_target.search(before) else 5
    if kind_before in ("extras", "others") or kind_after in ("extras", "others") or _names_others(before):
        return 0
    if line.under_pay or kind_after == "pay":
        return 4
    if kind_before == "verbs":
        return 3 if amount.period or len(amount.values) == 2 else 0
    if _is_introduced(line.text, amount):
        return 3
    if amount.period and not _ADJECTIVE.match(after):
        return 2 if amount.start <= 20 or len(amount.values) == 2 else 0
    others = len(line.text) - (amount.end - amount.start)
    is_range = len(amount.values) == 2
    opens = is_range and amount.start <= _LONGEST_BULLET and bool(amount.currencies)
    is_alone = (opens or others <= (60 if is_range else 40)) and not _PURPOSE.match(after)
    return 1 if is_alone and amount.values[-1] >= 10_000 else 0


_LONGEST_BULLET = 3
"""Characters that may stand before the range that opens a line."""
_PURPOSE = re.compile(r"\s*(?:in|for|towards?|of|to|on|off)\b")
"""Begins what money is for: "$10,000 in adoption support"."""
_ADJECTIVE = re.compile(
    r"\s*(?!gross|net|base|depending|doe|based|according|full|part|for|to|in|on|at|as|is|if)[a-z]{3}"
)
"""Begins what an amount qualifies: "$45,000 annual supply line"."""


def _is_introduced(text: str, amount: Amount) -> bool:
    """Whether pay is what the sentence last spoke of: "the base pay in Ghent and Bruges is"."""
    before = re.split(r"[0-9]", text[max(0, amount.start - _LONGEST_CLAUSE) : amount.start])[-1]
    return _nearest(before, "")[0] == "pay" and not _names_others(before)


def _names_others(before: str) -> bool:
    """Whether the clause is about what other people earn or pay: "our graduates earn an average salary of"."""
    found = _patterns().money.search(before)
    return found is not None and found.lastgroup == "others" and not before.strip().startswith(found[0])


def _clause(text: str, amount: Amount) -> tuple[str, str]:
    """The words before and after an amount that are about it and about no other amount."""
    preceding = text[max(0, amount.start - _LONGEST_CLAUSE) : amount.start].rstrip()
    before = _patterns().clause_end.split(preceding.removesuffix("("))[-1]  # "life insurance ($50,000)"
    after = text[amount.end : amount.end + _LONGEST_CLAUSE].lstrip()
    if after.startswith("("):
        inside, closed, _ = after[1:].partition(")")
        after = inside if closed else ""
    after = _patterns().clause_end.split(after)[0]
    return before, "" if re.search(r"[0-9]", after) else after


def _nearest(before: str, after: str) -> tuple[str | None, str | None]:
    """Kinds of money of the last such word before an amount and the first after it."""
    named = [found.lastgroup for found in _patterns().money.finditer(before)]
    first = _patterns().money.search(after)
    return (named[-1] if named else None), (first.lastgroup if first else None)
