"""YAML files of the package say to the fast parser what they say to the other."""

from importlib import resources
from pathlib import Path

import pytest
import yaml

import jobsearch_dagster
from jobsearch_dagster.foundation.package_data import read_yaml

FILES = sorted(Path(jobsearch_dagster.__file__).parent.rglob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_says_what_it_says_to_safe_load(file: Path) -> None:
    # By their text, in which `1` is not `1.0` and the order of keys counts.
    assert repr(read_yaml(file)) == repr(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_key_of_a_file_stands_there_twice(file: Path) -> None:
    nodes = [yaml.compose(file.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert sorted(set(keys)) == sorted(keys)
        if isinstance(node, yaml.CollectionNode):
            nodes += [child for entry in node.value for child in (entry if isinstance(entry, tuple) else (entry,))]


def test_a_resource_is_read_like_a_path() -> None:
    assert read_yaml(resources.files("jobsearch_dagster.foundation") / "profiles" / "demo.yaml")


def test_a_tag_that_would_make_an_object_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_yaml(file)
