"""What SQL a stranger may run: one SELECT over the public columns of `jobs`, by allow-lists.

The stranger is a language model that writes SQL for a question, where a user has chosen to let it; `sandbox.py` calls
the guard for every statement of its.

Belongs here: the decision over a text, without a database: the statement as it may run, or a refusal that names the
rule and what is possible instead. Running it under limits is in `sandbox.py`; a statement of this package's own making
(`sql.py`) needs no guard.

Everything is allowed by name, and what is not named is refused: kinds of syntax (`SYNTAX`), functions (`FUNCTIONS`),
types, tables and columns. What passes is written anew from the tree: comments, odd quoting and whatever the parser did
not understand do not reach DuckDB, and every name that is not a public column stands in quotes, so that none can be
read as a keyword or a special value such as `current_user`. To allow one more function, add it to `FUNCTIONS`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, takewhile
from operator import is_not

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.tokens import Token, TokenType

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.search.catalog import CATALOG_SCHEMA
from jobsearch_dagster.search.sql import RESULT_COLUMNS

TABLE = "jobs"
MOST_ROWS = 200
"""Rows of a result when the statement asks for more or does not say."""
MOST_CHARACTERS = 10_000
MOST_TOKENS = 1_000
"""Words and signs. The longest statement that a filter compiles to has about 300."""
MOST_NESTING = 20
"""Open brackets and CASEs. The parser takes about 15 Python frames for each, and Python allows 1,000."""

FUNCTIONS = {
    "aggregates": """
        any_value approx_count_distinct arg_max arg_min array_agg avg bool_and bool_or corr count count_if first
        group_concat last list listagg max max_by mean median min min_by mode quantile quantile_cont quantile_disc
        stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance""",
    "windows": """
        cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number""",
    "text": """
        concat concat_ws contains ends_with damerau_levenshtein instr jaccard jaro_similarity jaro_winkler_similarity
        left length levenshtein lower lcase ltrim position prefix regexp_extract regexp_extract_all regexp_full_match
        regexp_matches regexp_replace replace reverse right rtrim split split_part starts_with str_split
        string_split string_to_array strip_accents strpos substr substring suffix trim ucase upper""",
    "numbers": """
        abs ceil ceiling exp floor greatest isnan least ln log log10 log2 mod pow power round sign sqrt trunc""",
    "nulls": "coalesce ifnull nullif",
    "lists": """
        array_contains array_distinct array_extract array_filter array_has array_has_all array_has_any array_intersect
        array_length array_position array_slice array_sort array_to_string array_transform array_unique flatten len
        list_any_value list_avg list_concat list_contains list_count list_distinct list_element list_extract list_filter
        list_has list_has_all list_has_any list_intersect list_max list_median list_min list_position list_reverse
        list_reverse_sort list_slice list_sort list_sum list_transform list_unique list_value unnest""",
}
"""Functions that may be called, by what they work on.

None reads a file, a setting or a catalog, none runs text as SQL or picks a function by a string (`list_aggregate`),
none makes much out of little at once (`repeat`, `lpad`, `range`, `format`).
"""
_FUNCTION_NAMES = frozenset(" ".join(FUNCTIONS.values()).split())

SYNTAX = frozenset(
    {
        # Queries.
        exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.With, exp.CTE, exp.Distinct, exp.From,
        exp.Table, exp.TableAlias, exp.Join, exp.Unnest, exp.Values, exp.Where, exp.Group, exp.Having, exp.Qualify,
        exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Exists,
        # Names and values.
        exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple,
        exp.Array, exp.Bracket, exp.Slice, exp.Comprehension, exp.Lambda, exp.Cast, exp.TryCast, exp.DataType,
        exp.DataTypeParam, exp.Case, exp.If, exp.Var,
        # Calls: the parser below makes every function an `Anonymous`.
        exp.Anonymous, exp.Filter, exp.Window, exp.WindowSpec,
        # Operators.
        exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ,
        exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.SimilarTo, exp.Escape, exp.Any, exp.Add, exp.Sub,
        exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow, exp.Neg, exp.DPipe,
    }
)  # fmt: skip
"""Kinds of nodes that a tree may consist of; all others, whatever they are, are refused."""

_DT = exp.DataType.Type
TYPES = frozenset(
    {
        _DT.TEXT, _DT.VARCHAR, _DT.CHAR, _DT.BOOLEAN, _DT.TINYINT, _DT.SMALLINT, _DT.INT, _DT.BIGINT, _DT.INT128,
        _DT.UTINYINT, _DT.USMALLINT, _DT.UINT, _DT.UBIGINT, _DT.FLOAT, _DT.DOUBLE, _DT.DECIMAL, _DT.ARRAY, _DT.LIST,
    }
)  # fmt: skip
"""Types that a value may be cast to."""

_PUBLIC = frozenset(RESULT_COLUMNS)
_PRIVATE = frozenset(CATALOG_SCHEMA.names) - _PUBLIC | {"rowid"}
"""Columns of the table that no statement may name, not even for something else: a name would hide which is meant."""

RULES = {
    "size": f"a statement has at most {MOST_CHARACTERS:,} characters and {MOST_TOKENS:,} words",
    "nesting": f"brackets, subqueries and CASE nest at most {MOST_NESTING} deep",
    "characters": "a statement is text without control characters",
    "one statement": "ask one SELECT at a time",
    "reading": "a statement is a SELECT, also with WITH, UNION, INTERSECT or EXCEPT",
    "grammar": "a statement follows DuckDB's grammar",
    "syntax": "possible are joins, subqueries, WITH, grouping, windows, CASE, casts, lists, comparisons, arithmetic",
    "recursion": "WITH is possible without RECURSIVE",
    "tables": f"the one table is {TABLE}, beside the statement's own WITH parts and unnest(skills)",
    "columns": f"the columns of {TABLE} are {', '.join(RESULT_COLUMNS)}",
    "functions": "possible functions: " + "; ".join(f"{kind} {' '.join(n.split())}" for kind, n in FUNCTIONS.items()),
    "types": "casts are possible to text, numbers, boolean, and lists of these",
    "limit": "LIMIT and OFFSET take a whole number",
}
"""Every rule, and what is possible under it."""


class RefusedError(UserError):
    """A statement is not run.

    Attributes:
        rule: Key of `RULES`.
        problem: What breaks the rule, without any value of the statement.
        possible: What can be done instead.
    """

    def __init__(self, rule: str, problem: str) -> None:
        self.rule = rule
        self.problem = problem
        self.possible = RULES[rule]
        super().__init__(f"refused by the rule on {rule}: {problem}; {self.possible}")


def guard(sql: str, *, rows: int = MOST_ROWS) -> str:
    """The statement as it may run, or an error.

    Args:
        sql: Whatever a model or a person wrote.
        rows: Most rows of the result; a smaller LIMIT stays.

    Returns:
        One SELECT in DuckDB's SQL, written anew. Guarding it again changes nothing.

    Raises:
        RefusedError: The statement breaks a rule. No other error, for any text.
    """
    try:
        written = _rewritten(sql, rows)
        # What runs is the new text: it must itself pass, and mean to the parser what the old one meant.
        if _rewritten(written, rows) != written:
            raise RefusedError("grammar", "it can be read in two ways")
    except RecursionError as error:
        raise RefusedError("nesting", "it is nested too deeply") from error
    return written


def _rewritten(sql: str, rows: int) -> str:
    tree = _parsed(_tokens(sql), sql)
    names = _Names.introduced_by(tree)
    # Tables first: where one is refused, its columns are too, which would be the lesser news.
    for node in sorted(tree.walk(), key=lambda node: not isinstance(node, exp.With | exp.Into | exp.Table)):
        _check(node, names)
    _limit(tree, rows)
    return _written(tree)


class _PlainCalls(DuckDB.Parser):
    """Leaves every function call as it is written: which function runs is decided by its name alone."""

    FUNCTIONS = {}  # noqa: RUF012 - the base class's own form
    FUNCTION_PARSERS = {  # noqa: RUF012
        name: parse for name, parse in DuckDB.Parser.FUNCTION_PARSERS.items() if name in {"CAST", "TRY_CAST"}
    }
    NO_PAREN_FUNCTIONS = {}  # noqa: RUF012

    def _parse_as_command(self, start: Token) -> exp.Command:
        """Where the base class would log a warning and go on with a text that it does not understand."""
        raise RefusedError("reading", f"{_shown(start.text)} is no reading")


_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_FIRST = {TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN}


def _tokens(sql: str) -> list[Token]:
    """Words and signs of one statement that begins like a query and is small enough to parse."""
    if len(sql) > MOST_CHARACTERS:
        raise RefusedError("size", f"it has {len(sql):,} characters")
    if _UNPRINTABLE.search(sql):
        raise RefusedError("characters", "there is a control character")
    try:
        tokens = DuckDB().tokenize(sql)
    except SqlglotError as error:
        raise RefusedError("grammar", "it cannot be split into words; a quote or comment may be open") from error
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise RefusedError("one statement", "there is no statement")
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise RefusedError("one statement", "there is a semicolon inside")
    if tokens[0].token_type not in _FIRST:
        raise RefusedError("reading", f"it begins with {_shown(tokens[0].text)}")
    if len(tokens) > MOST_TOKENS:
        raise RefusedError("size", f"it has {len(tokens):,} words")
    if max(accumulate(map(_step, tokens))) > MOST_NESTING:
        raise RefusedError("nesting", "there are more open brackets")
    return tokens


def _step(token: Token) -> int:
    """How much deeper the statement nests after the token."""
    return (token.token_type in _OPENING) - (token.token_type in _CLOSING)


def _parsed(tokens: list[Token], sql: str) -> exp.Expr:
    try:
        trees = _PlainCalls(dialect=DuckDB(), error_level=ErrorLevel.RAISE).parse(tokens, sql)
    except (RecursionError, RefusedError):
        raise
    except Exception as error:  # however the parser stumbles over a text, it has not understood it
        raise RefusedError("grammar", "it cannot be parsed") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Select | exp.SetOperation | exp.Subquery):
        raise RefusedError("reading", "it is no query")
    return trees[0]


@dataclass(frozen=True)
class _Names:
    """Names that the statement itself gives, in lower case; those of columns and those of tables."""

    columns: frozenset[str]
    tables: frozenset[str]

    @classmethod
    def introduced_by(cls, tree: exp.Expr) -> "_Names":
        columns, tables = set(_PUBLIC), {TABLE}
        for node in tree.walk():
            if isinstance(node, exp.Alias):
                columns.add(_folded(node.alias))
            elif isinstance(node, exp.TableAlias):
                tables.add(_folded(node.name))
                columns.update(_folded(column.name) for column in node.columns)
                if isinstance(node.parent, exp.Unnest):  # in `unnest(skills) AS skill` it names both
                    columns.add(_folded(node.name))
            elif isinstance(node, exp.Lambda):
                columns.update(_folded(parameter.name) for parameter in node.expressions)
            elif isinstance(node, exp.Comprehension):
                columns.add(_folded(node.expression.name))
        return cls(frozenset(columns), frozenset(tables))


def _check(node: exp.Expr, names: _Names) -> None:
    """Hold one node against the rules."""
    if isinstance(node, exp.DML | exp.DDL | exp.Command | exp.Into | exp.Lock) and type(node) not in SYNTAX:
        raise RefusedError("reading", f"{_kind(node)} is no reading")
    if type(node) not in SYNTAX:
        raise RefusedError("syntax", f"{_kind(node)} is not possible")
    check = _CHECKS.get(type(node))
    if check:
        check(node, names)


def _check_with(node: exp.Expr, _: _Names) -> None:
    if node.args.get("recursive"):
        raise RefusedError("recursion", "it is recursive")


def _check_table(node: exp.Expr, _: _Names) -> None:
    if isinstance(node.this, exp.Anonymous):
        _check_function(node.this, _)
    if not isinstance(node.this, exp.Identifier):
        raise RefusedError("tables", "a function stands where a table is expected")
    if {part for part, value in node.args.items() if value} - {"this", "db", "alias", "joins"}:
        raise RefusedError("tables", f"{_shown(node.name)} has an addition or stands in a catalog")
    name, schema = _folded(node.name), _folded(node.text("db"))
    if name == TABLE and schema in ("", "main"):
        return
    if schema or not _is_with_part(node, name):
        raise RefusedError("tables", f"{_shown(node.name)} is no table of it")


def _is_with_part(table: exp.Expr, name: str) -> bool:
    """Whether a WITH of this query, or of one around it, has by then given the name."""
    inner, outer = table, table.parent
    while outer is not None:
        clause = outer if isinstance(outer, exp.With) else outer.args.get("with_")
        if isinstance(clause, exp.With) and clause is not inner:
            # Inside the clause a part sees those before it: one that comes later leaves the name to the database.
            seen = clause.expressions if clause is not outer else takewhile(partial(is_not, inner), clause.expressions)
            if any(_folded(part.alias) == name for part in seen):
                return True
        inner, outer = outer, outer.parent
    return False


def _check_column(node: exp.Expr, names: _Names) -> None:
    qualifier, schema = _folded(node.text("table")), _folded(node.text("db"))
    if node.args.get("catalog") or schema not in ("", "main") or (schema and qualifier != TABLE):
        raise RefusedError("columns", f"{_shown(node.name)} is named by schema or catalog")
    if qualifier and qualifier not in names.tables:
        raise RefusedError("columns", f"{_shown(node.text('table'))} is no table of it")
    if not isinstance(node.this, exp.Star) and _folded(node.name) not in names.columns:
        raise RefusedError("columns", f"{_shown(node.name)} is no column of it")


def _check_identifier(node: exp.Expr, _: _Names) -> None:
    if _folded(node.name) in _PRIVATE:
        raise RefusedError("columns", f"{_shown(node.name)} is not public")


def _check_function(node: exp.Expr, _: _Names) -> None:
    if _folded(node.name) not in _FUNCTION_NAMES:
        raise RefusedError("functions", f"{_shown(node.name)} is not possible")


def _check_type(node: exp.Expr, _: _Names) -> None:
    if node.this not in TYPES:
        raise RefusedError("types", "there is a cast to another type")


def _check_limit(node: exp.Expr, _: _Names) -> None:
    if not (isinstance(node.expression, exp.Literal) and _WHOLE.fullmatch(node.expression.name)):
        raise RefusedError("limit", "it is computed, a fraction or too large")


def _check_word(node: exp.Expr, _: _Names) -> None:
    if not (isinstance(node.parent, exp.Ordered) and node.name.upper() == "ALL"):
        raise RefusedError("syntax", f"{_shown(node.name)} is not possible there")


_WHOLE = re.compile(r"\d{1,9}")
_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr, _Names], None]] = {
    exp.With: _check_with,
    exp.Table: _check_table,
    exp.Column: _check_column,
    exp.Identifier: _check_identifier,
    exp.Anonymous: _check_function,
    exp.DataType: _check_type,
    exp.Limit: _check_limit,
    exp.Offset: _check_limit,
    exp.Var: _check_word,
}
"""For kinds of nodes that are allowed under a condition, the condition."""


def _limit(tree: exp.Expr, rows: int) -> None:
    """Let the whole statement return at most so many rows."""
    limit = tree.args.get("limit")
    if limit is None or int(limit.expression.name) > rows:
        tree.set("limit", exp.Limit(expression=exp.Literal.number(rows)))


def _written(tree: exp.Expr) -> str:
    """SQL of the tree; every name that is not one of ours in quotes."""
    for node in tree.walk():
        if isinstance(node, exp.Identifier):
            node.set("quoted", _folded(node.name) not in _PUBLIC | {TABLE})
        elif isinstance(node, exp.Anonymous):
            node.set("this", _folded(node.name))
    try:
        return tree.sql(dialect=DuckDB, comments=False, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise RefusedError("syntax", "DuckDB has no form for a part of it") from error


def _folded(name: str) -> str:
    """As DuckDB compares names; beyond ASCII nothing is equal, so that no letter that looks like another passes."""
    return name.lower() if name.isascii() else name


def _kind(node: exp.Expr) -> str:
    """The name of a kind of syntax in words: `TableSample` is "table sample"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()


def _shown(name: str) -> str:
    """A name of the statement, as far as a message repeats it."""
    return "".join(character if character.isprintable() else "?" for character in name[:40])
