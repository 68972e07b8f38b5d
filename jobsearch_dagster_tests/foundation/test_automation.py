"""Ticks, driven one by one: what is asked for, and above all what is not."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import dagster as dg
import pytest

from jobsearch_dagster.foundation.automation import follow_changes

FOLLOWERS = {"clean", "pairs", "catalog"}


@dataclass
class Toy:
    """`raw` -> `clean` -> `pairs`, and `catalog` from `clean` and `lists`; `raw` and `clean` have a blocking check.

    `content` is what the next materialization of an asset makes; an asset without an entry makes what its inputs are.
    """

    instance: dg.DagsterInstance
    content: dict[str, str] = field(default_factory=lambda: {"raw": "v1", "lists": "v1"})
    made: dict[str, str] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    cursor: object = None

    def definitions(self) -> dg.Definitions:
        def asset(name: str, *inputs: str) -> dg.AssetsDefinition:
            def make() -> dg.MaterializeResult:
                if name in self.broken:
                    raise dg.Failure(description="broken", allow_retries=False)
                self.made[name] = self.content.get(name) or " ".join(self.made[i] for i in inputs)
                return dg.MaterializeResult(data_version=dg.DataVersion(self.made[name]))

            condition = follow_changes() if inputs else None
            return dg.asset(name=name, deps=list(inputs), automation_condition=condition)(make)

        def check(name: str) -> dg.AssetChecksDefinition:
            @dg.asset_check(asset=name, name="holds", blocking=True)
            def holds() -> dg.AssetCheckResult:
                return dg.AssetCheckResult(passed="bad" not in self.made[name])

            return holds

        assets = [asset("raw"), asset("lists"), asset("clean", "raw"), asset("pairs", "clean")]
        assets.append(asset("catalog", "clean", "lists"))
        return dg.Definitions(assets=assets, asset_checks=[check("raw"), check("clean")])

    def tick(self) -> set[str]:
        """What is asked for; the definitions are built anew each time, as after a reload of the code location."""
        result = dg.evaluate_automation_conditions(self.definitions(), self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        return {r.key.to_user_string() for r in result.results if not r.true_subset.is_empty}

    def run(self, names: set[str]) -> bool:
        job = self.definitions().resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(name) for name in names]
        return job.execute_in_process(instance=self.instance, asset_selection=keys, raise_on_error=False).success

    def make(self, name: str, content: str) -> bool:
        self.content[name] = content
        return self.run({name})


@pytest.fixture
def toy() -> Iterator[Toy]:
    with dg.instance_for_test() as instance:
        toy = Toy(instance)
        assert toy.run({"raw", "lists", *FOLLOWERS})
        assert toy.tick() == set()
        yield toy


def test_nothing_has_changed_and_nothing_is_asked_for(toy: Toy) -> None:
    assert toy.tick() == set()


def test_equal_content_made_again_is_no_change(toy: Toy) -> None:
    assert toy.run({"raw", "lists"})
    assert toy.tick() == set()


def test_a_change_asks_once_and_for_everything_that_follows(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()
    assert toy.tick() == set()


def test_only_what_follows_from_the_change_is_asked_for(toy: Toy) -> None:
    assert toy.make("lists", "v2")
    assert toy.tick() == {"catalog"}


def test_two_changes_at_once_ask_once(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.make("lists", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()


def test_nothing_is_built_on_what_failed_its_check_until_it_is_repaired(toy: Toy) -> None:
    assert not toy.make("raw", "bad")
    assert toy.tick() == set()
    assert toy.tick() == set()
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()


def test_a_check_that_passes_when_it_runs_again_is_a_repair(toy: Toy) -> None:
    assert not toy.make("raw", "bad")
    assert toy.tick() == set()
    toy.made["raw"] = "v3"  # what the check looks at is right now
    checks = dg.define_asset_job("checks", selection=dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("raw"), "holds")))
    defs = dg.Definitions.merge(toy.definitions(), dg.Definitions(jobs=[checks]))
    assert defs.resolve_job_def("checks").execute_in_process(instance=toy.instance).success
    assert toy.tick() == FOLLOWERS


def test_a_check_that_fails_within_the_run_stops_what_follows(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.content["clean"] = "bad"
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert toy.made["pairs"] == "v1"
    assert toy.tick() == set()


def test_a_run_that_failed_is_not_asked_for_with_every_tick(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.broken = {"clean"}
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert [toy.tick() for _ in range(3)] == [set(), set(), set()]
    toy.broken = set()
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS


def test_what_failed_in_the_middle_of_a_run_is_tried_once_more(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    toy.broken = {"pairs"}
    assert toy.tick() == FOLLOWERS
    assert not toy.run(FOLLOWERS)
    assert toy.tick() == {"pairs"}
    assert not toy.run({"pairs"})
    assert [toy.tick() for _ in range(3)] == [set(), set(), set()]


def test_a_change_between_a_request_and_the_next_tick_is_not_lost(toy: Toy) -> None:
    assert toy.make("raw", "v2")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.make("raw", "v3")
    assert toy.tick() == FOLLOWERS
    assert toy.run(FOLLOWERS)
    assert toy.made["pairs"] == "v3"
    assert toy.tick() == set()


def test_what_a_hand_brought_up_to_date_is_not_asked_for(toy: Toy) -> None:
    toy.content["raw"] = "v2"
    assert toy.run({"raw", *FOLLOWERS})
    assert toy.tick() == set()
    assert toy.make("raw", "v3")
    assert toy.run(FOLLOWERS)
    assert toy.tick() == set()
