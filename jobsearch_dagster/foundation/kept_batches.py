"""Batches that were generated, kept between runs, so that a killed run goes on after the last one it finished.

Belongs here: what makes two batches the same, and whether an entry is whole. How batches are cut and answered is in
`foundation/generation.py`, where they lie in `foundation/text_cache.py`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.generation import Generated
from jobsearch_dagster.foundation.text_cache import TextCache, cache_key

METHOD = "greedy continuation of a batch, 1"
"""With a number that is raised by hand when other texts come out of the same tokens."""


class KeptBatches:
    """Answers of the same weights to whole batches; to a part of one, or to more, nothing is known."""

    def __init__(self, cache: TextCache, weights: Mapping[str, str]) -> None:
        """Look up and store answers of these weights.

        Args:
            cache: The store.
            weights: Digest of the base model's files, and of the adapter's where it is on.
        """
        self._cache = cache
        self._weights = digest_of(dict(weights))

    def get(self, prompts: Sequence[Sequence[int]], how: Mapping[str, Any]) -> list[Generated] | None:
        """The batch's answers in the order of its prompts; None where there are none, or the entry is damaged."""
        key = self._key(prompts, how)
        entry = self._cache.get([key]).get(key)
        return None if entry is None else _whole(entry)

    def put(self, prompts: Sequence[Sequence[int]], how: Mapping[str, Any], answers: Sequence[Generated]) -> None:
        """Store a batch, whole or not at all.

        Args:
            prompts: Token ids, neighbours included: in bfloat16 they are part of what an answer depends on.
            how: All else that decides what is written: stop tokens, length, precision, device, library versions.
            answers: One per prompt.
        """
        rows = [astuple(answer) for answer in answers]
        self._cache.put({self._key(prompts, how): json.dumps({"answers": rows, "digest": digest_of(rows)})})

    def _key(self, prompts: Sequence[Sequence[int]], how: Mapping[str, Any]) -> str:
        return cache_key(METHOD, self._weights, how, json.dumps([list(prompt) for prompt in prompts]))


def _whole(entry: str) -> list[Generated] | None:
    try:
        found = json.loads(entry)
        rows, digest = found["answers"], found["digest"]
        return [Generated(*row) for row in rows] if digest_of(rows) == digest else None
    except (ValueError, KeyError, TypeError):
        return None
