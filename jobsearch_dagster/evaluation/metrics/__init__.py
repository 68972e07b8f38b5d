"""The text metrics as modules of Hugging Face `evaluate`, one folder each, loaded from the package without network.

Belongs here: the interface of `evaluate`. Scores are computed by the functions that fill the table `answer_scores`.

    import evaluate
    from jobsearch_dagster.evaluation.metrics import module_path

    rouge = evaluate.load(module_path("rouge"))
    rouge.compute(predictions=["a cook"], references=["the cook"])
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMES = ("bertscore", "bleu", "meteor", "rouge")


def module_path(name: str) -> str:
    """The folder of one of `NAMES`, which `evaluate.load` takes."""
    if name not in NAMES:
        raise ValueError(f"there is no metric {name}: use one of {', '.join(NAMES)}")
    return str(Path(__file__).with_name(name))


def text_features() -> Any:
    """What every module compares: texts."""
    import datasets

    return datasets.Features({"predictions": datasets.Value("string"), "references": datasets.Value("string")})


def with_signatures(scores: Sequence[Mapping[str, float]], signatures: Mapping[str, str]) -> dict[str, Any]:
    """Means over answers, and how each of them is computed."""
    means = {name: sum(score[name] for score in scores) / len(scores) for name in scores[0]}
    return {**means, "signatures": {name: signatures[name] for name in means}}
