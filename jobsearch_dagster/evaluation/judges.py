"""The three judges: how likely context is relevant, an answer faithful, an answer relevant.

Belongs here: what a judge looks at, how it is trained, how well it judges what it has never seen, and its file. Where
the examples come from is in `corruptions.py`.

A judge is a logistic head over the frozen encoder: it looks at how well each token of a claim (a question, an answer)
is supported by its closest token in the evidence (a context, an answer), by word and by meaning. Most of what makes an
answer wrong is one word: the mean over tokens hides it, the least supported ones show it. A head has a few dozen
weights, so that it learns how support looks, not which edits were made; and it is fitted in milliseconds, so that it
can be tried on every kind of corruption and every posting in turn, each left out of its training.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from jobsearch_dagster.evaluation.corruptions import Example
from jobsearch_dagster.evaluation.gold import CRITERIA, Criterion
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.statistics import summarize
from jobsearch_dagster.foundation.token_vectors import TokenEncoder, Tokens
from jobsearch_dagster.preparation.text import split_sentences

if TYPE_CHECKING:
    import numpy as np

FILE = "judges.safetensors"
FOLDS = 5
"""Parts that the postings are divided into; each is left out in turn."""
SHRINKAGE = 1.0
"""Weight of the squared norm of a head's weights; features are standardized, examples weigh 1 on average."""
MOST_STEPS = 25
"""Of Newton's method; a head takes about eight."""
BINS = 10
"""Of the calibration error."""
_EXACT = 0.99
"""Cosine of word vectors above which two tokens are the same one."""


class JudgeRecipe(Recipe):
    """What the judges are made of."""

    encoder: str = Field(default="all-minilm-l6-v2", description="encoder whose token vectors are compared")
    postings: int = Field(default=60, ge=2, description="most train postings that examples are made from")
    seed: int = Field(default=42, description="of the postings and of how they are edited")


class Reader:
    """Tokens of texts, each sentence encoded once: an edited posting differs from the posting in a sentence or two."""

    def __init__(self, encoder: TokenEncoder) -> None:
        import numpy as np

        self._encoder = encoder
        self._sentences: dict[str, Tokens] = {}
        self.words = encoder.word_vectors()
        self.is_number = np.isin(np.arange(len(self.words)), encoder.number_ids())

    def read(self, texts: Iterable[str]) -> None:
        """Encode all sentences of these texts that are new; many at once are faster than one by one."""
        new = {sentence for text in set(texts) for sentence in _sentences(text)} - self._sentences.keys()
        self._sentences |= self._encoder.encode(sorted(new), self._encoder.layers)

    def tokens(self, text: str) -> Tokens:
        """The tokens of a text, sentence after sentence."""
        import numpy as np

        parts = [self._sentences[sentence] for sentence in _sentences(text)]
        return Tokens(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def meaning(self, text: str) -> "np.ndarray":
        """One unit vector, the mean of the tokens'; zeros for a text without words."""
        import numpy as np

        tokens = self.tokens(text)
        total = tokens.vectors[tokens.is_word].sum(axis=0)
        return total / max(float(np.linalg.norm(total)), 1e-9)


def _sentences(text: str) -> list[str]:
    return split_sentences(text) or [""]


class Rarity(NamedTuple):
    """How rare each token of the vocabulary is among questions, and among answers: 0 where all have it, at most 1."""

    questions: "np.ndarray"
    answers: "np.ndarray"


@dataclass(frozen=True)
class Head:
    """Logistic regression on standardized features.

    Attributes:
        center: Mean of each feature, shape (features,).
        scale: Its standard deviation.
        weights: Of the features and, last, of a constant.
    """

    center: "np.ndarray"
    scale: "np.ndarray"
    weights: "np.ndarray"

    def scores(self, features: "np.ndarray") -> "np.ndarray":
        """Probabilities, shape (n,)."""
        from scipy.special import expit

        return expit(_standardized(features, self.center, self.scale) @ self.weights)


class Judges:
    """All judges with the encoder that they look through."""

    def __init__(self, reader: Reader, rarity: Rarity, heads: Mapping[Criterion, Head]) -> None:
        self._reader = reader
        self.rarity = rarity
        self.heads = dict(heads)

    def scores(self, criterion: Criterion, cases: Sequence[tuple[str, str, str]]) -> "np.ndarray":
        """How likely the criterion holds.

        Args:
            criterion: What is judged.
            cases: Question, answer and context of each.

        Returns:
            Probabilities, shape (len(cases),).
        """
        return self.heads[criterion].scores(features_of(criterion, cases, self._reader, self.rarity))

    def nearest(self, texts: Sequence[str], candidates: Mapping[str, str]) -> list[str]:
        """For each text the name of the candidate that means most nearly the same.

        Args:
            texts: Any.
            candidates: Texts by name, at least one.
        """
        import numpy as np

        self._reader.read([*texts, *candidates.values()])
        names = list(candidates)
        known = np.array([self._reader.meaning(candidates[name]) for name in names])
        return [names[int((known @ self._reader.meaning(text)).argmax())] for text in texts]

    def save(self, folder: Path) -> None:
        """Write heads and rarities as safetensors."""
        from safetensors.numpy import save_file

        arrays = {f"{name}.{part}": value for name, head in self.heads.items() for part, value in vars(head).items()}
        save_file({**arrays, **self.rarity._asdict()}, folder / FILE)

    @classmethod
    def load(cls, folder: Path, encoder: str, data_dir: Path) -> "Judges":
        """The judges that were saved.

        Args:
            folder: Of the artifact.
            encoder: The one that they were trained with.
            data_dir: The data folder.
        """
        from safetensors.numpy import load_file

        arrays = load_file(folder / FILE)
        heads = {
            name: Head(*(arrays[f"{name}.{part}"] for part in ("center", "scale", "weights")))
            for name in CRITERIA
            if f"{name}.weights" in arrays
        }
        return cls(Reader(TokenEncoder(encoder, data_dir)), Rarity(arrays["questions"], arrays["answers"]), heads)


def train_judges(examples: Sequence[Example], reader: Reader) -> tuple[Judges, list[dict[str, Any]]]:
    """Train a judge for each criterion, and measure it on what it was not trained on.

    Args:
        examples: Of all criteria.
        reader: Of the encoder.

    Returns:
        The judges, trained on all examples, and for each what `measure` says.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    reader.read(text for example in examples for text in (example.question, example.answer, example.context))
    rarity = Rarity(
        _rarity({example.question for example in examples}, reader),
        _rarity({example.answer for example in examples if example.answer}, reader),
    )
    heads: dict[Criterion, Head] = {}
    figures = []
    with threadpool_limits(1, user_api="blas"):  # for small matrices threads wait for each other longer than they work
        for criterion in CRITERIA:
            own = [example for example in examples if example.criterion == criterion]
            labels = np.array([example.label for example in own], dtype=bool)
            if labels.all() or not labels.any():
                figures.append({"criterion": criterion, "n": len(own), "is_used": False, "kinds": []})
                continue
            features = features_of(criterion, [(e.question, e.answer, e.context) for e in own], reader, rarity)
            heads[criterion] = fit(features, labels)
            figures.append({"criterion": criterion, **measure(own, features, labels)})
    return Judges(reader, rarity, heads), figures


def features_of(
    criterion: Criterion, cases: Sequence[tuple[str, str, str]], reader: Reader, rarity: Rarity
) -> "np.ndarray":
    """What the judge of a criterion looks at, shape (n, features).

    Args:
        criterion: What is judged.
        cases: Question, answer and context of each.
        reader: Of the encoder.
        rarity: Of tokens.
    """
    import numpy as np

    reader.read(text for case in cases for text in case)
    rows = []
    for question, answer, context in cases:
        asked_in = (question, context, rarity.questions)
        said_in = (answer, context, rarity.answers)
        compared = {
            "context_relevance": [asked_in],
            "answer_faithfulness": [said_in],
            # What the answer says, what its posting's description adds, and whether it says which posting it means.
            "answer_relevance": [
                (question, answer, rarity.questions),
                (question, _description(context), rarity.questions),
                (_heading(context), answer, rarity.answers),
                said_in,
            ],
        }
        rows.append(np.concatenate([_support(reader, *pair) for pair in compared[criterion]]))
    return np.array(rows)


def _heading(context: str) -> str:
    """Place, title and pay of a posting: all but its last line."""
    return context.rpartition("\n")[0]


def _description(context: str) -> str:
    return context.rpartition("\n")[2]


def _support(reader: Reader, claim: str, evidence: str, rarity: "np.ndarray") -> "np.ndarray":
    """How well the tokens of a claim are supported by those of the evidence, as 14 numbers; zeros without tokens.

    A token's support is the cosine to the closest token of the evidence: of the vectors that words have without context
    (by word), and of the encoder's last layer (by meaning).
    """
    import numpy as np

    said, known = reader.tokens(claim), reader.tokens(evidence)
    if not (said.is_word.any() and known.is_word.any()):
        return np.zeros(14)
    ids, known_ids = said.ids[said.is_word], np.unique(known.ids[known.is_word])
    vectors, known_vectors = said.vectors[said.is_word], known.vectors[known.is_word]
    by_word = (reader.words[ids] @ reader.words[known_ids].T).max(axis=1)
    by_meaning = (vectors @ known_vectors.T).max(axis=1)
    weights = rarity[ids] + 1e-3
    lack_of_word, lack_of_meaning = weights * (1 - by_word), weights * (1 - by_meaning)
    is_number = reader.is_number[ids]
    both = vectors.mean(axis=0), known_vectors.mean(axis=0)
    return np.array(
        [
            np.average(by_word, weights=weights),
            np.average(by_meaning, weights=weights),
            np.average(by_word > _EXACT, weights=weights),
            _largest(lack_of_word, 1),
            _largest(lack_of_word, 3),
            _largest(lack_of_meaning, 1),
            _largest(lack_of_meaning, 3),
            lack_of_word.max(where=is_number, initial=0.0),
            lack_of_meaning.max(where=is_number, initial=0.0),
            is_number.any(),
            both[0] @ both[1] / (np.linalg.norm(both[0]) * np.linalg.norm(both[1])),
            math.log(len(ids)),
            math.log(len(known_vectors)),
            (by_word < 0.5).sum(),
        ]
    )


def _largest(values: "np.ndarray", count: int) -> float:
    """Mean of the largest values, as many as there are at most."""
    import numpy as np

    return float(np.sort(values)[-count:].mean())


def _rarity(texts: Iterable[str], reader: Reader) -> "np.ndarray":
    """Inverse frequency of each token of the vocabulary over texts, from 0 (in all of them) to 1 (in none)."""
    import numpy as np

    found = [set(tokens.ids[tokens.is_word].tolist()) for tokens in map(reader.tokens, texts)]
    counts = Counter(token for tokens in found for token in tokens)
    rarity = np.ones(len(reader.words), dtype=np.float32)
    for token, count in counts.items():
        rarity[token] = 1 - math.log(count + 1) / math.log(len(found) + 1)
    return rarity


def fit(features: "np.ndarray", labels: "np.ndarray") -> Head:
    """Logistic regression by Newton's method.

    Args:
        features: Shape (n, features).
        labels: Shape (n,), boolean.
    """
    import numpy as np
    from scipy.special import expit

    center, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    z = _standardized(features, center, scale)
    penalty = np.diag([SHRINKAGE] * features.shape[1] + [1e-3])
    weights = np.zeros(z.shape[1])
    for _ in range(MOST_STEPS):
        p = expit(z @ weights)
        curvature = (z * (p * (1 - p))[:, None]).T @ z + penalty
        step = np.linalg.solve(curvature, z.T @ (p - labels) + penalty @ weights)
        weights -= step
        if np.abs(step).max() < 1e-4:
            break
    return Head(center, scale, weights)


def _standardized(features: "np.ndarray", center: "np.ndarray", scale: "np.ndarray") -> "np.ndarray":
    import numpy as np

    return np.column_stack([(features - center) / scale, np.ones(len(features))])


def measure(examples: Sequence[Example], features: "np.ndarray", labels: "np.ndarray") -> dict[str, Any]:
    """How well a judge judges postings and kinds of corruption that it was not trained on, beside the majority.

    Each example is scored by a head that was trained without its posting and without its kind of corruption; a true
    one, which has no corruption, by a head without one of the kinds in turn.

    Returns:
        Figures over all examples; the interval, over postings, of what the judge gains on always saying what is true
        of most examples; whether it is used, for which that gain's lower end is above zero; and the share of each kind
        that is judged right.
    """
    import numpy as np

    scores = _unseen_scores(examples, features, labels)
    right = (scores >= 0.5) == labels
    majority = bool(labels.mean() >= 0.5)
    gain = right.astype(float) - (labels == majority)
    postings = np.array([example.posting_id for example in examples])
    found = summarize(np.column_stack([gain, np.ones(len(gain))]), postings, bounds=(-1.0, 1.0))
    low, high = (None if math.isnan(end) else end for end in (found.low, found.high))
    return {
        "n": len(examples),
        "postings": found.clusters,
        "accuracy": float(right.mean()),
        "majority": float(max(labels.mean(), 1 - labels.mean())),
        "gain": found.mean,
        "gain_low": low,
        "gain_high": high,
        "auc": auc(scores, labels),
        "brier": float(np.square(scores - labels).mean()),
        "calibration_error": calibration_error(scores, labels),
        "is_used": low is not None and low > 0,
        "kinds": [
            {"kind": kind, "label": label, "n": int(own.sum()), "right": float(right[own].mean())}
            for label, kind in sorted({(example.label, example.kind) for example in examples})
            for own in [np.array([(e.label, e.kind) == (label, kind) for e in examples])]
        ],
    }


def _unseen_scores(examples: Sequence[Example], features: "np.ndarray", labels: "np.ndarray") -> "np.ndarray":
    """A score for each example by a head that saw neither its posting nor its kind."""
    import numpy as np

    folds = np.array([_fold(example.posting_id) for example in examples])
    corruptions = sorted({example.kind for example in examples if not example.label})
    kinds = np.array([example.kind for example in examples])
    tried = kinds.copy()
    tried[labels] = [corruptions[i % len(corruptions)] for i in range(int(labels.sum()))]
    scores = np.full(len(examples), labels.mean())
    for fold in range(FOLDS):
        for kind in corruptions:
            judged = (folds == fold) & (tried == kind)
            learned = (folds != fold) & (labels | (kinds != kind))
            if judged.any() and labels[learned].any() and not labels[learned].all():
                scores[judged] = fit(features[learned], labels[learned]).scores(features[judged])
    return scores


def _fold(posting_id: str) -> int:
    return int(hashlib.md5(posting_id.encode(), usedforsecurity=False).hexdigest(), 16) % FOLDS


def auc(scores: "np.ndarray", labels: "np.ndarray") -> float:
    """Share of pairs of a true and a false example in which the true one has the higher score; ties count half."""
    from scipy.stats import rankdata

    true, false = int(labels.sum()), int((~labels).sum())
    return float((rankdata(scores)[labels].sum() - true * (true + 1) / 2) / (true * false))


def calibration_error(scores: "np.ndarray", labels: "np.ndarray") -> float:
    """Mean distance of the scores to the share of true examples, in ten bins of equal width (ECE)."""
    import numpy as np

    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [abs(float((scores - labels)[bins == at].sum())) for at in range(BINS)]
    return sum(gaps) / len(scores)
