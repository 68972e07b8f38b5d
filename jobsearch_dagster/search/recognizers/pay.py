"""Pay in a question: amounts, ranges, thresholds, and whether pay is stated at all.

Belongs here: finding the amount and the side it bounds. What an amount is worth in USD a year is for
`preparation.salary` to say.
"""

import re
from typing import NamedTuple

from jobsearch_dagster.preparation.salary import DEFAULT_RATES, parse_salary
from jobsearch_dagster.search.recognizers.spans import USED, Finding

_SIGN = (
    r"(?:US\$|CA\$|C\$|AU\$|A\$|NZ\$|S\$|HK\$|[$€£₹¥₦₱₩₽₺฿]"
    r"|\b(?:USD|EUR|GBP|INR|CAD|AUD|CHF|SEK|NOK|DKK|PLN|JPY|SGD|NZD|ZAR|AED|BRL|MXN|HUF|CZK|THB|MYR|IDR|KRW|CNY|RMB|NGN"
    r"|KES|SAR|QAR|KWD|EGP|PKR|ILS|TRY|Rs\.?)\s?)"
)
_FIGURE = r"\d{1,3}(?:[,.' ]\d{3})+(?![\d%])|\d{1,9}(?:\.\d+)?"
_SCALE = r"(?:\s?(?:k|m|mn|lakhs?|lacs?|lpa|crores?|cr|million|thousand|grand)\b)"
_CODE = (
    r"(?:\s?(?:(?:US|U\.S\.|American|Canadian|Australian|New\s+Zealand|Singapore|Hong\s+Kong)\s+(?:dollars?|bucks)"
    r"|dollars\s+(?:Canadian|Australian|American)|USD|EUR|GBP|INR|CAD|AUD|CHF|SEK|NOK|DKK|PLN|JPY|SGD|NZD|ZAR|AED|BRL|MXN|HUF|CZK|THB"
    r"|MYR|IDR|KRW|CNY|RMB|NGN|KES|SAR|QAR|KWD|EGP|PKR|ILS|kr|rand|baht|won|ringgit|naira|shillings?|rou?bles?|lira|dinars?"
    r"|riyals?|yuan|forint|koruna|shekels?|Canadian|Australian|dollars?|euros?|quid"
    r"|(?:in\s+)?pounds?(?:\s+sterling)?|in\s+(?:euros?|(?:(?:canadian|australian|american|us)\s+)?dollars)|sterling|(?:Indian\s+)?rupees?|bucks|francs?|kroner|kronor|yen|zloty|dirhams?|pesos?|reais)\b"
    r"|\s?[€£₹$](?!\d))"
)
_PERIOD = (
    r"(?:\s*(?:/\s*|per\s+|an?\s+|each\s+|every\s+)(?:hour|hr|h|day|week|wk|month|mo|year|yr|annum)\b"
    r"|\s+(?:hourly|daily|weekly|monthly|yearly|annually|annual|p\.?a\b\.?|p/?h\b|p/?m\b|p/?w\b))"
)
_LOWER = (
    r"(?:that|which|whatever)\s+tops|over|above|more\s+than|at\s+least|min(?:imum)?(?:\s+of)?|starting\s+(?:at|from)|exceed(?:s|ing)?|greater\s+than|higher\s+than"
    r"|better\s+than|beyond|anything\s+from|starting|upwards\s+from|north\s+of|upwards?\s+of|(?:no|not)\s+(?:less|lower)\s+than|not\s+(?:a\s+(?:penny|cent|dollar|euro|pound|buck)\s+)?(?:under|below)|>=?"
)
_UPPER = (
    r"capped\s+at|tops|maxing\s+out\s+at|topping\s+out\s+at|cap\s+of|ceiling\s+of|budget\s+(?:of|is)|under|below|less\s+than|lower\s+than|up\s+to|at\s+most|max(?:imum)?(?:\s+of)?|(?:no|not)\s+(?:more|higher)\s+than"
    r"|not\s+(?:over|above)|within|<=?"
)
_ABOUT = (
    r"(?:in\s+)?the\s+(?:ballpark|region|neighbou?rhood|vicinity|range)\s+of|something\s+like|more\s+or\s+less|some"
    r"|around|(?<!how\s)(?<!what\s)about|approximately|roughly|circa|close\s+to|near|~"
)
_SIDE = re.compile(rf"(?P<lower>{_LOWER})|(?P<upper>{_UPPER})|(?P<about>{_ABOUT})", re.IGNORECASE)
_PAY = re.compile(
    rf"""
    (?P<before> (?: (?:{_LOWER}|{_UPPER}|{_ABOUT}|between|from) \s* ){{0,3}} )
    (?P<amount>
        (?<![\w.,]) {_SIGN}? \s? (?:{_FIGURE}) {_SCALE}? (?:\+(?={_CODE}))? {_CODE}?
        (?P<second> \s* (?:-|\bto\b|\band\b) \s* {_SIGN}? \s? (?:{_FIGURE}) {_SCALE}? {_CODE}? )?
        {_PERIOD}?
    )
    (?P<after> (?: \s* ,? \s* (?: \+ | (?:and\s+)?not\s+an?\s+(?:penny|cent|dollar|euro|pound|buck)\s+less |
        \bor\s+(?:thereabouts|around\s+that|close\s+to\s+it|near\s+it)\b | \bgive\s+or\s+take\b | -?ish\b |
        \bplus\b | \band\s+upwards?\b | \bupwards?\b | \bor\s+so\b | \bat\s+(?:the\s+)?(?:very\s+)?(?:least|most)\b |
        \bor\s+bust\b | (?:or|and) \s+ (?:more|above|higher|over|up|better|less|below|lower|under) \b
        (?! \s* (?:than\s+)? (?:{_SIGN})? \s? \d )
        | \b(?:minimum|maximum|tops|max|min)\b ) )? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MARKED = re.compile(rf"{_SIGN}|\d{_SCALE}|{_CODE}|{_PERIOD}", re.IGNORECASE)
_NO_PAY = re.compile(rf"401\s?\(?k\)?|(?<![$€£₹])\b(?:19|20)\d\d\b(?!{_PERIOD}|{_CODE})", re.IGNORECASE)
_SIX_FIGURES = re.compile(r"\b(?:six|6)[\s-]figures?\b", re.IGNORECASE)
_PAY_WORD = re.compile(
    r"\b(?:salar\w+|pay(?!roll|ments? gate)\w*|paid|wages?|compensation|earn\w*|income|remuneration)\b", re.IGNORECASE
)
_UNKNOWN = re.compile(
    r"""
    \b(?:stat|list|show|mention|disclos|publish|specif|giv|nam|hav|quot|includ)\w* \s+ no \s+
      (?:salar(?:y|ies)|pay|wages?)\b |
    \b(?:salary|pay) \s+ (?:(?:is|of|over)\s+)* unknown\b
    | \bwithout \s+ (?:a\s+|any\s+)? (?:stated\s+)? (?:salary|pay)\b (?:\s+(?:listed|stated|shown|given))?
    | (?<!n't\s)(?<!not\s)\bhid(?:e|es|ing) \s+ (?:the\s+|their\s+)? (?:salary|pay)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_STATED = re.compile(
    r"""
    \b(?:(?<!which\s)(?<!what\s)(?<!us\s)stat|list|show|mention|disclos|publish|specif|giv|nam|includ|quot|display|reveal|advertis|post|provid|tell
        |writ|print|say)\w*
      \s+ (?: (?: the | their | its | a | an | any | your | me | us | you | down | up\s?front | out | clear | actual |
          exact | real ) \s+ )*
      (?: (?: salar(?:y|ies)|pay|wages?|compensation ) (?:\s+(?:range|band|figure|info\w*))? \b
        | (?: what | how\s+much ) \s+ (?: (?:it|they|you|the\s+\w+) \s+ )? (?: pays? | (?:will\s+|would\s+
            |'ll\s+)?(?:earn|make|get) ) \b )
    | \bwith \s+ (?:a\s+|an\s+)? (?:stated|known|listed|disclosed|given|clear|published|visible|transparent|explicit)
        \s+ (?:salar(?:y|ies)|pay)\b
    | \bwith \s+ (?:a\s+)? (?:salary|pay) \s+ (?:in|on|range|information|info|figure)\b
    | \b(?:salary|pay|wage) \s+ (?:range\s+)? (?:(?:is|must\s+be|should\s+be|has\s+to\s+be)\s+)? (?:stated|listed
        |disclosed|known|given|shown|published|visible|mentioned|included)\b
    | \b(?:salary|pay|wages?) \s+ (?:(?:is|are)\s+)? (?:(?:already|clearly|openly|actually)\s+)?
        (?: written | printed | spelled | posted | advertised | quoted | displayed | revealed | named ) \b
        (?:\s+(?:in|on|out|down)(?:\s+(?:it|them|the\s+\w+))?)?
    | \b(?:salary|pay|wages?) \s+ (?: (?:is|are|must\s+be|should\s+be|has\s+to\s+be) \s+ )? (?:right\s+)?
        (?:in|on) \s+ the \s+ (?: ad | advert | posting | listing | job\s+ad )s? \b
    | \b(?:ads?|jobs?|postings?) \s+ with \s+ (?:a\s+)? (?:salary|pay) (?= \s* (?:[.,;!?]|$) )
    | \bno \s+ (?:secret|hidden|mystery|undisclosed|unstated) \s+ (?:salar(?:y|ies)|pay|wages?)\b
    | \b(?:up\s?front|open|honest|clear) \s+ about \s+ (?:the\s+)? (?:salar(?:y|ies)|pay|wages?|money)\b
    | \b(?:pay|salary|wage) \s+ transparen\w+ | \btransparent \s+ (?:about\s+)? (?:the\s+)?(?:pay|salar\w+)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ESTIMATES = re.compile(
    r"""
    \b (?: includ(?:e|ing) | count(?:ing)? | with | plus | also | and ) \s+ (?:the\s+)? (?:estimated|imputed|guessed)
      (?: \s+ (?:salar(?:y|ies)|pay|wages?|ones?) )? \b
    | \b (?:estimates?|estimated\s+(?:pay|salar(?:y|ies))) \s+ (?: count | (?:are|is)\s+(?:fine|ok|okay) )
      (?: \s+ too )? \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASKS_FOR_A_FIGURE = re.compile(
    r"(?:show|give|tell|list)(?:\s+me)?\s+(?:the\s+)?(?:average|median|salar|pay\b|wage)", re.IGNORECASE
)
_HIDES = re.compile(
    r"\b(?:no|not|never|without|n't|doesn't|don't|fail\s+to|refuse\s+to|forget\s+to)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_EXCLUDES = re.compile(
    r"\b(?:no|not|hide|skip|drop|exclude|excluding|without|except|leave\s+out|avoid|ignore|remove|filter\s+out)\b[^.,;|?!]{0,40}$",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"\b(?:nothing|nowhere|not|never|no|n't|won't|wouldn't|don't|can't|couldn't|cannot|shouldn't|without)"
    r"(?:\s+(?:jobs?|roles?|anything|ones?|that|which|pays?|paying|earn(?:s|ing)?|work(?:s|ing)?|for|want|wants|to|go|going|accept|take|get|getting"
    r"|consider|out\s+of\s+(?:bed|my\s+\w+)|do|doing|be|is|are|me|show|look(?:ing)?|at|interested|in|offers?|anyone|settle|start(?:s|ing)?|a|the|salary|salaries|money))*\s*$",
    re.IGNORECASE,
)
"""What turns a side round: "nothing above $100K"."""
DOLLAR_COUNTRIES = ("CA", "AU")
"""Countries whose dollar a bare `$` beside one of their places is."""
UNREADABLE = "unreadable_pay"
"""Slot of a pay bound that cannot be compared with the catalog's dollars."""
LEAST_BARE = 1000
"""A number with no sign, scale or period is pay from here on: fewer is a count or years."""
AROUND = 0.1
"""How far "around" reaches to either side."""


class Exchange(NamedTuple):
    """What an amount is worth.

    Attributes:
        country: Whose dollar a bare `$` is (alpha-2); None for that of the US.
        rates: Currencies (ISO 4217) and the USD of one unit.
    """

    country: str | None = None
    rates: tuple[tuple[str, float], ...] = tuple(DEFAULT_RATES.items())


def find_pay(text: str, exchange: Exchange) -> list[Finding]:
    """`min_salary_usd`, `max_salary_usd`, `has_salary` and `include_imputed` of a tidy question."""
    findings = [
        Finding("has_salary", _EXCLUDES.search(text, 0, match.start()) is not None, *match.span(), is_final=True)
        for match in _UNKNOWN.finditer(text)
    ]
    if not findings:
        findings = _stated(text)
    findings += [
        Finding("min_salary_usd", 100_000, *match.span(), is_final=True) for match in _SIX_FIGURES.finditer(text)
    ]
    findings += [Finding("include_imputed", True, *match.span(), is_final=True) for match in _ESTIMATES.finditer(text)]
    amounts = list(_PAY.finditer(_NO_PAY.sub(lambda found: USED * len(found[0]), text)))
    marked = [match for match in amounts if _is_pay(match, text)]
    for match in marked:
        findings += _bounds(match, match["amount"] + _period_before(match, text), text, exchange)
    for match in amounts:
        if len(marked) == 1 and match is not marked[0] and _is_other_bound(match, text):
            findings += _bounds(
                match, _FIRST_NUMBER.sub(match["amount"].strip(), marked[0]["amount"], count=1), text, exchange
            )
    return findings


_FIRST_NUMBER = re.compile(_FIGURE)
_PERIOD_BEFORE = re.compile(
    r"\b(?P<period>hour|dai|week|month|annual|year|day)(?:ly)?\s+(?:pay|salar(?:y|ies)|wages?|rates?|income|earnings)\b"
    r"(?:\s+(?:of|is|at|from|above|over|between|to|be|should|must))*\s*$",
    re.IGNORECASE,
)


def _period_before(match: re.Match[str], text: str) -> str:
    """The period of "weekly pay of $480"; empty where the amount has its own, or none stands before it."""
    named = _PERIOD_BEFORE.search(text, 0, match.start())
    if named is None or re.search(_PERIOD, match["amount"], re.IGNORECASE):
        return ""
    return f" per {named['period'].lower().replace('dai', 'day').replace('annual', 'year')}"


def _is_other_bound(match: re.Match[str], text: str) -> bool:
    """Whether a bare number is the other bound of a pay: the 800 of "under 1200 euros a week, over 800"."""
    plain = re.fullmatch(_FIGURE, match["amount"].strip()) is not None
    return bool(match["before"].strip()) and plain and not re.match(r"\s*[-\w]", text[match.end() :])


def _stated(text: str) -> list[Finding]:
    """`has_salary`, unless an amount follows: "list salaries over $100K" asks for the amount."""
    return [
        Finding("has_salary", _wants_stated(match, text), *match.span(), is_final=True)
        for match in _STATED.finditer(text)
        if not re.match(r"[^.?|]*\d", text[match.end() :]) and not _ASKS_FOR_A_FIGURE.match(text)
    ]


def _wants_stated(match: re.Match[str], text: str) -> bool:
    """Whether pay is to be stated: not for "jobs that do not state it", again for "hide jobs that do not state it"."""
    hides = _HIDES.search(text, 0, match.start())
    if hides is None:
        return _EXCLUDES.search(text, 0, match.start()) is None
    return _EXCLUDES.search(text, 0, hides.start()) is not None


def _is_pay(match: re.Match[str], text: str) -> bool:
    if _MARKED.search(match["amount"]) or re.search(r"\b(?:[A-Z]{3}|SEK|dirhams?|kr)\b", match["amount"]):
        return True
    figure = "".join(re.findall(r"\d", match["amount"]))
    return int(figure) >= LEAST_BARE and bool(match["before"] or match["after"].strip(" ,") or _PAY_WORD.search(text))


def _unreadable(match: re.Match[str]) -> list[Finding]:
    """An amount that is none ("over 00k", where a shell took the "$1") or that has no rate ("CHF 120000")."""
    figure = "".join(re.findall(r"\d", match["amount"]))
    reason = "amount" if figure and int(figure) == 0 else "currency"
    return [Finding(UNREADABLE, reason, *match.span())]


def _bounds(match: re.Match[str], amount: str, text: str, exchange: Exchange) -> list[Finding]:
    worth = _usd(amount, exchange)
    if worth is None or worth[1] == 0:
        return _unreadable(match)
    low, high = worth
    side = _side(match["before"], match["after"].lower() or ("+" if "+" in amount else ""))
    if match["second"] and _FROM.search(match["before"]):  # "anything from 9 to 14 lakhs"
        side = None
    if _REVERSED.search(text, 0, match.start("before")) is not None:  # "nothing above", "won't work for less than"
        side = {"upper": "lower", "lower": "upper"}.get(side or "", side)
    if _NOT_ENOUGH.match(text, match.end()):
        side = "lower"
    if (beyond := _NOTHING_BEYOND.match(text, match.end())) is not None:
        side = "upper" if beyond["above"] else "lower"
    if side == "about":
        low, high = round(low * (1 - AROUND)), round(high * (1 + AROUND))
    lower, upper = (
        Finding("min_salary_usd", low, *match.span(), is_final=True),
        Finding("max_salary_usd", high, *match.span(), is_final=True),
    )
    if side == "upper":
        return [upper]
    if side == "lower" or (side is None and not match["second"]):
        return [lower]
    return [lower, upper]


_NOTHING_BEYOND = re.compile(
    r"[^.;|?!]{0,20}\b(?:nothing|no\s+jobs?|not)\s+(?:(?P<above>above|over|beyond|more\s+than)|under|below|less\s+than)"
    r"\s+(?:that|this|it)\b",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\s*$", re.IGNORECASE)
_NOT_ENOUGH = re.compile(r"\s*(?:is\s+|are\s+)?(?:not\s+(?:interested|enough)|too\s+(?:little|low))\b", re.IGNORECASE)


def _side(before: str, after: str) -> str | None:
    """Which side the words around an amount bound; of several the nearest counts ("pay over under $50K")."""
    if re.search(r"\ba\s+\w+\s+less", after):  # "not a penny less"
        return "lower"
    if re.search(r"less|below|lower|under|max|tops|most", after):
        return "upper"
    if re.search(r"\bso\b|there|take|ish|close|near", after):
        return "about"
    sides = [found.lastgroup for found in _SIDE.finditer(before)]
    if sides:
        return sides[-1]
    return "lower" if after.strip(" ,") else None


def _usd(amount: str, exchange: Exchange) -> tuple[float, float] | None:
    """Both ends in USD a year; None for a currency without a rate."""
    amount = re.sub(r"dollars\s+(canadian|australian|american)", r"\1 dollars", amount, flags=re.IGNORECASE)
    amount = re.sub(
        r"\s+in\s+(?=pounds|euro|dollars|canadian|australian|american|us\s)", " ", amount, flags=re.IGNORECASE
    )
    written = re.sub(r"\s+and\s+", "-", amount.replace("+", "").strip(), flags=re.IGNORECASE)
    written = re.sub(r"\b(canadian|australian)\b(?!\s+(?:dollar|buck))", r"\1 dollars", written, flags=re.IGNORECASE)
    dollars = exchange.country if exchange.country in DOLLAR_COUNTRIES else None
    rates = dict(exchange.rates)
    found = parse_salary(written, dollars, rates=rates) or parse_salary(f"${written}", dollars, rates=rates)
    if found is None or found.midpoint_usd is None:
        return None
    low = found.midpoint_usd if found.min_usd is None else found.min_usd
    high = found.midpoint_usd if found.max_usd is None else found.max_usd
    return low, high
