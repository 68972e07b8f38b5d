import json

import duckdb
import pytest
from hypothesis import example, given, settings

from jobsearch_dagster.search.catalog import CATALOG_SCHEMA
from jobsearch_dagster.search.guard import FUNCTIONS, MOST_ROWS, RULES, RefusedError, guard
from jobsearch_dagster.search.sql import RESULT_COLUMNS
from jobsearch_dagster_tests.search.statements import ATTACKS, HONEST, statements, texts

ALLOWED = set(" ".join(FUNCTIONS.values()).split())
PARSER = duckdb.connect()
REFUSED = [attack for attack in ATTACKS if attack.rule in RULES]


def tree_of(sql):
    """DuckDB's own reading of a SELECT: another parser than the one that the guard asks."""
    [[text]] = PARSER.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    return json.loads(text)


def nodes_of(tree):
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for branch in tree:
            yield from nodes_of(branch)


def assert_harmless(sql):
    """DuckDB reads one SELECT that names nothing beside the catalog's table and the functions of the list."""
    tree = tree_of(sql)
    if tree["error"]:
        return  # DuckDB does not run it at all
    [_statement] = tree["statements"]
    parts = {entry["key"].lower() for node in nodes_of(tree) for entry in node.get("cte_map", {}).get("map", ())}
    for node in nodes_of(tree):
        if node.get("type") == "BASE_TABLE":
            assert node["table_name"].lower() in {"jobs", *parts}
            assert (node["catalog_name"], node["schema_name"]) in {("", ""), ("", "main")}
        elif node.get("type") == "FUNCTION" and not node["is_operator"]:
            assert node["function_name"] in ALLOWED | OPERATORS
        assert node.get("type") not in {"POSITIONAL_REFERENCE", "SHOW_REF", "PIVOT", "PARAMETER", "RECURSIVE_CTE_NODE"}


OPERATORS = {
    "~~", "!~~", "~~*", "!~~*", "like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape",
    "regexp_full_match", "pow", "array_extract", "array_slice", "list_value", "row",
    "list_filter", "list_apply", "struct_pack", "struct_extract", "count_star",
}  # fmt: skip
"""What DuckDB's parser makes of operators and of brackets."""


@pytest.mark.parametrize("attack", REFUSED, ids=lambda attack: attack.name)
def test_an_attack_is_refused_by_its_rule(attack, tmp_path):
    with pytest.raises(RefusedError) as refused:
        guard(attack.sql(tmp_path))
    assert refused.value.rule == attack.rule
    assert RULES[attack.rule] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_attacks_are_many_and_differ():
    assert len({attack.name for attack in ATTACKS}) == len({attack.template for attack in ATTACKS}) == len(ATTACKS)
    assert len(REFUSED) >= 80
    assert {attack.owasp for attack in ATTACKS} == {"LLM02", "LLM05", "LLM06", "LLM10"}
    assert {attack.rule for attack in ATTACKS} == {*RULES, "stopped", "fails"}


@pytest.mark.parametrize("sql", HONEST)
def test_an_honest_statement_passes_as_one_harmless_select(sql):
    written = guard(sql)
    assert guard(written) == written
    assert not tree_of(written)["error"]
    assert_harmless(written)


@pytest.mark.parametrize("name", RESULT_COLUMNS)
def test_every_public_column_can_be_asked_for_and_used_as_a_name(name):
    sql = guard(f"SELECT {name}, lower(title) AS {name.upper()} FROM jobs WHERE jobs.{name} IS NOT NULL")
    assert not tree_of(sql)["error"]


@pytest.mark.parametrize("name", [name for name in CATALOG_SCHEMA.names if name not in RESULT_COLUMNS])
def test_every_other_column_of_the_catalog_is_refused(name):
    with pytest.raises(RefusedError, match=name) as refused:
        guard(f"SELECT title AS x FROM jobs ORDER BY {name}")
    assert refused.value.rule == "columns"


def test_every_allowed_function_exists_and_only_computes_values():
    query = "SELECT function_name, function_type, coalesce(has_side_effects, false) FROM duckdb_functions()"
    known = [row for row in PARSER.execute(query).fetchall() if row[0] in ALLOWED]
    special_syntax = {"coalesce", "ifnull"}  # DuckDB's parser makes operators of them
    assert ALLOWED - special_syntax == {name for name, _, _ in known}
    assert {kind for name, kind, _ in known if name != "unnest"} == {"scalar", "aggregate", "window", "macro"}
    assert not any(has_side_effects for *_, has_side_effects in known)


@pytest.mark.parametrize(
    ("sql", "limit"),
    [
        ("SELECT title FROM jobs", MOST_ROWS),
        ("SELECT title FROM jobs LIMIT 3", 3),
        ("SELECT title FROM jobs LIMIT 999999", MOST_ROWS),
        ("(SELECT title FROM jobs LIMIT 999)", MOST_ROWS),
        ("SELECT title FROM jobs UNION SELECT place FROM jobs", MOST_ROWS),
        ("WITH a AS (SELECT title FROM jobs LIMIT 3) SELECT * FROM a", MOST_ROWS),
    ],
)
def test_a_statement_ends_with_a_limit(sql, limit):
    assert guard(sql).endswith(f"LIMIT {limit}")


def test_the_caller_decides_how_many_rows_are_most():
    assert guard("SELECT title FROM jobs LIMIT 100", rows=7).endswith("LIMIT 7")


def test_comments_do_not_reach_the_database_and_values_stay_as_they_are():
    value = r"a''b \'' \n -- /* $$ ； 日本"
    sql = guard(f"SELECT title /* secret */ FROM jobs /*+ hint */ WHERE title = '{value}' -- end")
    assert "secret" not in sql
    assert "hint" not in sql
    assert f"'{value}'" in sql


@pytest.mark.parametrize("name", ["current_user", "user", "n"])
def test_a_name_of_the_statement_cannot_be_read_as_a_special_value(name):
    sql = guard(f"SELECT title AS {name} FROM jobs ORDER BY {name}")
    assert sql.count(f'"{name}"') == 2


def test_a_refusal_repeats_no_value_and_no_command_of_the_terminal():
    with pytest.raises(RefusedError) as refused:
        guard("SELECT title FROM \"a\u202eb\" WHERE title = 'swordfish'")
    assert "swordfish" not in str(refused.value)
    assert "\u202e" not in str(refused.value)


def test_a_refusal_does_not_depend_on_how_deep_the_caller_stands():
    def at(depth):
        return at(depth - 1) if depth else guard("SELECT ((((((((((title)))))))))) FROM jobs")

    assert at(0) == at(300)


@settings(max_examples=600)
@given(statements | texts)
@example("SELECT 1 " * 400)
@example("(" * 15 + "SELECT 1" + ")" * 15)
@example("SELECT [" * 10)
def test_no_text_gets_more_than_a_harmless_select_or_a_refusal(text):
    try:
        written = guard(text)
    except RefusedError as refused:
        assert refused.rule in RULES
    else:
        assert guard(written) == written
        assert_harmless(written)
