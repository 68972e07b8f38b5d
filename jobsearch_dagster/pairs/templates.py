"""Templates of questions and answers: the report's Appendix A.

Belongs here: loading the wordings and filling them. Which values fill the slots is in `query_pairs.py`.
"""

from functools import cache
from pathlib import Path
from typing import Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from jobsearch_dagster.foundation.digests import digest_of
from jobsearch_dagster.foundation.errors import UserError

QueryType = Literal["skills", "location", "salary", "experience"]
QUERY_TYPES: tuple[QueryType, ...] = get_args(QueryType)
WORDINGS = Path(__file__).with_name("templates.yaml")


class AnswerTemplate(BaseModel):
    """The answer: a heading with the asked value, then one line per field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: dict[QueryType, str]
    fields: dict[str, str]


class Templates(BaseModel):
    """All wordings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instructions: tuple[str, ...]
    questions: dict[QueryType, tuple[str, ...]]
    answer: AnswerTemplate

    def digest(self) -> str:
        """Digest of the wordings; comments and layout of the file do not count."""
        return digest_of(self.model_dump(mode="json"))

    def fill_answer(self, query_type: QueryType, slot: str, values: dict[str, str | None]) -> str:
        """The answer text; fields without a value are left out."""
        lines = [self.answer.heading[query_type].format(slot)]
        lines += [f"{label}: {values[name]}" for label, name in self.answer.fields.items() if values.get(name)]
        return "\n".join(lines)


@cache
def load_templates() -> Templates:
    """The templates that come with the package.

    Raises:
        UserError: The file was edited into something that holds no templates.
    """
    try:
        return Templates.model_validate(yaml.safe_load(WORDINGS.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        first = " ".join(str(error).split())[:200]
        raise UserError(f"{WORDINGS} does not hold the templates it must: {first}; correct or restore it") from error
