"""Which example is learned from when: the whole order of a training, from the seed alone.

Belongs here: the order. It is computed ahead instead of drawn by a sampler, so that a resumed training, another backend
and several processes see the same examples in the same steps.
"""

import random
from collections.abc import Sequence

from jobsearch_dagster.finetuning.recipe import LoraRecipe

STEPS_SORTED_TOGETHER = 8
"""Steps whose examples are sorted by length before they are divided: more saves little padding and mixes less."""


def training_order(lengths: Sequence[int], recipe: LoraRecipe) -> list[int]:
    """Positions of the examples in the order of training, `max_steps * examples_per_step` of them.

    Every epoch is a new permutation; where it ends in the middle of a step, the next one goes on. With
    `group_by_length`, the examples of `STEPS_SORTED_TOGETHER` steps are sorted by length, divided into steps, and the
    steps shuffled; inside a step the longest come first, so that a forward pass is padded little.

    Args:
        lengths: Tokens of each example.
        recipe: Gives steps, examples per step, and the seed.
    """
    draw = random.Random(recipe.seed)  # noqa: S311 - a permutation, not a secret
    wanted = recipe.max_steps * recipe.examples_per_step
    order: list[int] = []
    while len(order) < wanted:
        order += draw.sample(range(len(lengths)), len(lengths))
    order = order[:wanted]
    if not recipe.group_by_length:
        return order
    return [
        position
        for start in range(0, wanted, STEPS_SORTED_TOGETHER * recipe.examples_per_step)
        for position in _grouped(
            order[start : start + STEPS_SORTED_TOGETHER * recipe.examples_per_step],
            lengths,
            recipe.examples_per_step,
            draw,
        )
    ]


def _grouped(positions: list[int], lengths: Sequence[int], per_step: int, draw: random.Random) -> list[int]:
    by_length = sorted(positions, key=lambda position: -lengths[position])
    steps = [by_length[start : start + per_step] for start in range(0, len(by_length), per_step)]
    draw.shuffle(steps)
    return [position for step in steps for position in step]


def longest_pass(lengths: Sequence[int], order: Sequence[int], batch_size: int) -> tuple[int, int]:
    """Examples and padded tokens of the forward pass that needs the most memory."""
    passes = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
    widest = max(passes, key=lambda batch: len(batch) * max(lengths[position] for position in batch))
    return len(widest), len(widest) * max(lengths[position] for position in widest)
