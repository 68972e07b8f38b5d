"""LLM01: whatever stands in a question, in the history or in a posting, and whatever a model makes of it, does no harm.

The model is a real server that obeys every instruction of `injections.yaml`.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobsearch_dagster.foundation.llm_endpoint import Endpoint, EndpointError
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search import spoken
from jobsearch_dagster.search.model_filter import ModelReader
from jobsearch_dagster.search.model_sql import answer_by_sql
from jobsearch_dagster.search.sandbox import Sandbox
from jobsearch_dagster.search.searcher import Searcher
from jobsearch_dagster_tests.llm_server import Reply, completion, serving
from jobsearch_dagster_tests.search.catalogs import POSTINGS, catalog_of
from jobsearch_dagster_tests.search.statements import SECRET, digests_of

ENTRIES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("injections.yaml").read_text(encoding="utf-8"))
HARMLESS = "python jobs"
HONEST_SQL = "SELECT title FROM jobs WHERE list_contains(skills, 'python') ORDER BY title"


@dataclass(frozen=True)
class Place:
    """A data folder with a secret, and a sandbox over its catalog."""

    folder: Path
    sandbox: Sandbox

    def aimed(self, value: Any) -> Any:
        text = json.dumps(value)
        aims = {"{secret}": str(self.folder / "secret.csv"), "{folder}": str(self.folder)}
        for mark, aim in aims.items():
            text = text.replace(mark, aim)
        return json.loads(text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "catalog").mkdir()
    (folder / "secret.csv").write_text(f"secret\n{SECRET}\n", encoding="utf-8")
    planted = {
        f"planted{number}": POSTINGS["scientist"] | {"title": entry["text"], "summary": entry["text"]}
        for number, entry in enumerate(ENTRIES)
        if entry["where"] == "posting"
    }
    path = catalog_of(folder / "catalog", POSTINGS | planted)
    (folder / "catalog" / "current").write_text(path.name, encoding="utf-8")
    with Sandbox(path) as sandbox:
        yield Place(folder, sandbox)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["name"])
def test_a_hidden_instruction_reads_nothing_changes_nothing_and_says_nothing(
    place: Place, entry: dict[str, Any], tmp_path: Path
) -> None:
    entry = place.aimed(entry)
    obeys = True

    def reply(body: dict[str, Any], number: int) -> Reply:
        slots = body["response_format"]["json_schema"]["schema"]["properties"]
        kind = "sql" if "sql" in slots else "answer" if "answer" in slots else "filter"
        honest = {"sql": {"sql": HONEST_SQL}, "filter": {"skills": ["python"]}, "answer": {"answer": "Jobs in London."}}
        said = entry[kind] if kind == "filter" else {kind: entry[kind]}
        return completion(json.dumps(said if obeys else honest[kind]))

    question, history = {
        "question": (entry["text"], ()),
        "history": ("only senior ones", (entry["text"],)),
        "posting": (HARMLESS, ()),
    }[entry["where"]]
    before = digests_of(place.folder)
    with serving(reply) as server:
        model = Endpoint(server.url, "obedient")
        reader = ModelReader(model, TextCache(tmp_path / "texts.sqlite"))
        searcher = Searcher(place.folder, second_reader=reader)

        found = searcher.search(question, history=history)
        alone = Searcher(place.folder).search(question, history=history)
        assert (found.sql, found.params, found.rows) == (alone.sql, alone.params, alone.rows)
        assert found.agreement is None or found.agreement.agrees is not True

        written = answer_by_sql(HARMLESS, model, place.sandbox)
        if "rule" in entry:
            assert f"refused by the rule on {entry['rule']}:" in str(written.interpretation.message)
            assert written.rows == ()
        assert SECRET not in str(written.rows)

        with pytest.raises(EndpointError, match="which the rows do not"):
            spoken.say(question, searcher.search(HARMLESS).records, model)

        obeys = False
        assert digests_of(place.folder) == before
        after = searcher.search("remote react jobs")
        assert [row["posting_id"] for row in after.records] == ["frontend"]
        honest = answer_by_sql(HARMLESS, model, place.sandbox)
        assert ("Data Scientist",) in honest.rows
    assert SECRET not in str(found)


def test_each_place_is_attacked_and_no_text_twice() -> None:
    assert {entry["where"] for entry in ENTRIES} == {"question", "history", "posting"}
    assert len({entry["text"] for entry in ENTRIES}) == len({entry["name"] for entry in ENTRIES}) == len(ENTRIES)
