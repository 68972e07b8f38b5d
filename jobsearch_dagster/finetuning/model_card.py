"""The model card of an exported model: README.md with the front matter that Hugging Face reads.

Belongs here: what a stranger must know before using the model, in words and tables, from what manifest and tables say.
No path of this machine stands in it. What is compared and written is in `export.py`.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jobsearch_dagster.pairs.exports import SETS

if TYPE_CHECKING:
    import duckdb

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """What is known of a base model from elsewhere.

    Attributes:
        hub_id: Its name on the Hugging Face hub.
        license: As the hub names licences.
        note: What differs here; empty where nothing does.
    """

    hub_id: str
    license: str
    note: str = ""


ORIGINS = {
    "smollm2-135m-instruct": Origin(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "apache-2.0",
        "The base weights were read from a 4-bit GGUF file (Q4_1): they differ a little from those on the hub.",
    ),
    "microsoft/Phi-3.5-mini-instruct": Origin("microsoft/Phi-3.5-mini-instruct", "mit"),
}


@dataclass(frozen=True)
class SetRow:
    """Size of one of the sets; `query_type` is `all` for the whole of it."""

    split: str
    query_type: str
    pairs: int
    postings: int


@dataclass(frozen=True)
class Score:
    """One mean, with its 95 % interval where it has one."""

    contender: str
    slice: str
    metric: str
    n: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Comparison:
    """How far two models are apart.

    Attributes:
        prompts: Number of prompts.
        positions: Number of answer tokens that were predicted.
        agreement: Share of them for which both find the same token the likeliest.
        difference: Largest absolute difference of two logits.
    """

    prompts: int
    positions: int
    agreement: float
    difference: float

    def __str__(self) -> str:
        return (
            f"top-1 agreement {self.agreement:.2%} over {self.positions:,} answer tokens of {self.prompts} prompts, "
            f"largest absolute difference of logits {self.difference:.2e}"
        )


@dataclass(frozen=True)
class Facts:
    """All that a card tells.

    Attributes:
        base: Manifest of the base model.
        adapter: Manifest of the adapter.
        comparison: Merged against unmerged.
        sets: Sizes of training and validation set.
        scores: Of base and adapter; empty where the adapter was not evaluated.
        system: The instruction it was trained with.
        question: An example of a question.
    """

    base: Manifest
    adapter: Manifest
    comparison: Comparison
    sets: Sequence[SetRow]
    scores: Sequence[Score]
    system: str
    question: str


def count_pairs(connection: "duckdb.DuckDBPyConnection") -> list[SetRow]:
    """Sizes of training and validation set, whole and by query type."""
    counted = (
        connection.execute(
            f"""
            SELECT '{split}', coalesce(query_type, 'all'), count(*), count(DISTINCT posting_id)
            FROM {SETS[split]} GROUP BY ROLLUP (query_type) ORDER BY query_type NULLS LAST
            """
        ).fetchall()
        for split in ("train", "validation")
    )
    return [SetRow(*row) for rows in counted for row in rows]


def model_card(facts: Facts) -> str:
    """The whole text."""
    sections = {
        "What it is": _identity(facts),
        "Data": _data(facts),
        "Recipe": _recipe(facts.adapter),
        "Training": _training(facts.adapter),
        "Scores": _scores(facts.scores),
        "Limits": _limits(facts.base, facts.adapter),
        "How to load it": _loading(facts),
    }
    lines = [_front_matter(facts.base), f"# {_title(facts.base).rsplit('/', 1)[-1]} with LoRA for job postings", ""]
    for heading, body in sections.items():
        lines += [f"## {heading}", "", *body, ""]
    return "\n".join(lines)


def _front_matter(base: Manifest) -> str:
    import yaml

    origin = _origin(base)
    head: dict[str, Any] = {"library_name": "transformers", "pipeline_tag": "text-generation"}
    if origin.hub_id:  # the hub refuses a base model that is a path
        head |= {"base_model": origin.hub_id, "base_model_relation": "finetune"}
    if origin.license:
        head["license"] = origin.license
    head["tags"] = ["lora", "merged", "conversational", "job-postings"]
    return f"---\n{yaml.safe_dump(head, sort_keys=False)}---\n"


def _origin(base: Manifest) -> Origin:
    name = base["model"]
    is_path = name.startswith(("./", "/", "~"))
    return ORIGINS.get(name) or Origin("" if is_path else name, "")


def _title(base: Manifest) -> str:
    """The base model's name; of a path only the last part, the rest is nobody's business."""
    return _origin(base).hub_id or base["model"].rstrip("/").rsplit("/", 1)[-1]


def _identity(facts: Facts) -> list[str]:
    base = facts.base
    digest = base["files_digest"][:16]
    return [
        f"`{base['architecture']}`: the base model {_title(base)} (digest of its files {digest}) with a LoRA adapter "
        "merged into the weights, saved in float32. It answers a job seeker's question with a block of title, place, "
        "salary and description.",
        "",
        f"Merged and unmerged were compared in float32: {facts.comparison}.",
    ]


def _data(facts: Facts) -> list[str]:
    digest = facts.adapter.get("stamp", {}).get("parts", {}).get("inputs", {}).get("training_set", "")
    known = f" Digest of the training set: {digest[:16]}." if digest else ""
    rows = [(row.split, row.query_type, f"{row.pairs:,}", f"{row.postings:,}") for row in facts.sets]
    return [
        f"Questions with constructed answers, made from job postings.{known}",
        "",
        *_table(("set", "query type", "rows", "postings"), rows),
    ]


def _recipe(adapter: Manifest) -> list[str]:
    targets = ", ".join(f"{name} ({count})" for name, count in adapter["target_modules"].items())
    rows = [(f"`{name}`", value) for name, value in adapter["recipe"].items()]
    return [f"LoRA, in how many layers each projection was changed: {targets}.", "", *_table(("field", "value"), rows)]


def _training(adapter: Manifest) -> list[str]:
    log = adapter["log"]
    about = {
        "Loss": f"{log[0]['loss']:.4f} at the first, {log[-1]['loss']:.4f} at the last of {len(log)} steps",
        "Validation loss": _validation(adapter["validation"]),
        "Examples": _examples(adapter["dataset"]),
        "Trainable parameters": f"{adapter['trainable_parameters']:,} of {adapter['parameters']:,}",
        "Backend": f"{adapter['backend']}: {adapter['backend_reason']}",
        "Hardware": f"{adapter['hardware']}, {adapter['precision']}, {adapter['seconds']} s",
        "Libraries": ", ".join(f"{name} {version}" for name, version in adapter["versions"].items()),
    }
    return [f"- {name}: {text}" for name, text in about.items()]


def _validation(found: Manifest) -> str:
    interval = _interval(found["low"], found["high"], digits=4)
    return (
        f"{found['base_loss']:.4f} without, {found['adapter_loss']:.4f} with the adapter; difference "
        f"{found['difference']:.4f}{interval}, n={found['n']} of {found['postings']} postings"
    )


def _examples(dataset: Manifest) -> str:
    units = {"examples": "", "dropped": " too long and dropped", "cut": " cut", "tokens": " tokens"}
    return ", ".join(f"{dataset[name]:,}{unit}" for name, unit in units.items())


def _scores(scores: Sequence[Score]) -> list[str]:
    if not scores:
        return ["This adapter was not evaluated on the data as it stands."]
    contenders = sorted({score.contender for score in scores})
    cells = {(score.slice, score.metric, score.contender): score for score in scores}
    rows = []
    for slice_, metric in dict.fromkeys((score.slice, score.metric) for score in scores):
        found = [cells.get((slice_, metric, contender)) for contender in contenders]
        rows.append((slice_, metric, *(_cell(score) for score in found)))
    return [
        "Means over test questions with n, each between 0 and 1; in brackets the 95 % interval over postings, where "
        "there is one. `base` is the model without the adapter, `lora` this model. Questions are `seen` when their "
        "posting was in the training set. The evaluation's other contenders, `rag` and `analytics`, look postings up: "
        "their scores would say nothing of this model and are not shown.",
        "",
        *_table(("slice", "metric", *contenders), rows),
    ]


def _cell(score: Score | None) -> str:
    return "" if score is None else f"{score.mean:.3f}{_interval(score.low, score.high)}, n={score.n}"


def _interval(low: float | None, high: float | None, digits: int = 3) -> str:
    return "" if low is None or high is None else f" ({low:.{digits}f} to {high:.{digits}f})"


QUANTIZED = (
    "The adapter was trained on base weights in 4 bits and is merged into the full ones, which it has not seen. The "
    "losses above were measured in 4 bits; the scores, and the comparison of merged and unmerged, with full weights."
)


def _limits(base: Manifest, adapter: Manifest) -> list[str]:
    origin = _origin(base)
    licence = f"The licence ({origin.license}) is the base model's; what" if origin.license else "What"
    limits = [
        "It writes what looks like a posting and looks nothing up: title, place and salary may be made up.",
        "It knows the wordings of its training questions, and the chat template of this folder; answers are greedy.",
        "Scores hold for the data they were measured on.",
        f"{licence} the owners of the postings allow is for them to say.",
        origin.note,
        QUANTIZED if adapter["recipe"]["quantization"] == "4bit" else "",
    ]
    return [f"- {limit}" for limit in limits if limit]


def _loading(facts: Facts) -> list[str]:
    messages = [{"role": "system", "content": facts.system}, {"role": "user", "content": facts.question}]
    return [
        "`merged` is this folder:",
        "",
        "```python",
        "from transformers import AutoModelForCausalLM, AutoTokenizer",
        'tokenizer, model = (c.from_pretrained("merged") for c in (AutoTokenizer, AutoModelForCausalLM))',
        f"messages = {json.dumps(messages, ensure_ascii=False)}",
        "prompt = tokenizer.apply_chat_template("
        'messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")',
        "print(tokenizer.decode(model.generate(**prompt, max_new_tokens=160)[0, prompt.input_ids.shape[1]:], "
        "skip_special_tokens=True))",
        "```",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines]
