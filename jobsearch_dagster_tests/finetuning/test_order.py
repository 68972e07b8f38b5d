"""The order of training depends on seed, lengths and the size of a step, and on nothing else."""

import random
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.finetuning.order import longest_pass, training_order
from jobsearch_dagster.finetuning.recipe import LoraRecipe

LENGTHS = st.lists(st.integers(min_value=1, max_value=2048), min_size=1, max_size=60)
RECIPES = st.builds(
    LoraRecipe,
    max_steps=st.integers(1, 30),
    warmup_steps=st.just(0),
    batch_size=st.integers(1, 5),
    gradient_accumulation_steps=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    group_by_length=st.booleans(),
)


def steps_of(order: list[int], recipe: LoraRecipe) -> list[list[int]]:
    size = recipe.examples_per_step
    return [order[start : start + size] for start in range(0, len(order), size)]


def padded(order: list[int], lengths: list[int], batch: int) -> int:
    """Tokens computed when every batch is filled up to its longest example."""
    batches = [[lengths[i] for i in order[start : start + batch]] for start in range(0, len(order), batch)]
    return sum(len(batch) * max(batch) for batch in batches)


def divided(batch_size: int, accumulated: int, seed: int = 1, *, grouped: bool = True) -> LoraRecipe:
    return LoraRecipe(
        max_steps=20, warmup_steps=0, batch_size=batch_size, gradient_accumulation_steps=accumulated, seed=seed,
        group_by_length=grouped,
    )  # fmt: skip


@given(LENGTHS, RECIPES)
def test_every_step_is_full_and_no_example_is_favoured(lengths: list[int], recipe: LoraRecipe) -> None:
    order = training_order(lengths, recipe)
    assert [len(step) for step in steps_of(order, recipe)] == [recipe.examples_per_step] * recipe.max_steps
    counts = Counter(order)
    assert counts.keys() <= set(range(len(lengths)))
    often = [counts[position] for position in range(len(lengths))]
    assert max(often) - min(often) <= 1


@given(LENGTHS, RECIPES)
def test_without_grouping_every_epoch_is_a_permutation(lengths: list[int], recipe: LoraRecipe) -> None:
    order = training_order(lengths, recipe.model_copy(update={"group_by_length": False}))
    epochs = [order[start : start + len(lengths)] for start in range(0, len(order), len(lengths))]
    assert all(sorted(epoch) == list(range(len(lengths))) for epoch in epochs[:-1])
    assert len(set(epochs[-1])) == len(epochs[-1])


@given(LENGTHS, RECIPES)
def test_grouping_learns_from_the_same_examples(lengths: list[int], recipe: LoraRecipe) -> None:
    grouped, plain = (
        training_order(lengths, recipe.model_copy(update={"group_by_length": group})) for group in (True, False)
    )
    assert Counter(grouped) == Counter(plain)


@given(LENGTHS, RECIPES)
def test_the_same_seed_gives_the_same_order(lengths: list[int], recipe: LoraRecipe) -> None:
    random.seed(5)
    first = training_order(lengths, recipe)
    random.seed(6)
    assert training_order(lengths, recipe) == first


@given(st.lists(st.integers(1, 99), min_size=12, max_size=40), st.integers(0, 999), st.booleans())
def test_another_seed_gives_another_order(lengths: list[int], seed: int, grouped: bool) -> None:
    first, second = (training_order(lengths, divided(2, 4, s, grouped=grouped)) for s in (seed, seed + 1))
    assert first != second


def test_epochs_differ_from_each_other() -> None:
    order = training_order([1] * 40, divided(4, 8, grouped=False))
    assert order[:40] != order[40:80]


@given(LENGTHS, st.integers(0, 999), st.booleans())
def test_how_a_step_is_divided_does_not_change_what_is_in_it(lengths: list[int], seed: int, grouped: bool) -> None:
    whole, parts, mixed = (
        steps_of(training_order(lengths, divided(*shape, seed, grouped=grouped)), divided(*shape))
        for shape in ((8, 1), (1, 8), (2, 4))
    )
    assert whole == parts == mixed


@given(LENGTHS, st.integers(0, 999))
def test_grouping_never_adds_padding(lengths: list[int], seed: int) -> None:
    grouped, plain = (
        padded(training_order(lengths, divided(4, 2, seed, grouped=group)), lengths, 4) for group in (True, False)
    )
    assert grouped <= plain


def test_grouping_saves_most_of_the_padding() -> None:
    lengths = random.Random(1).choices(range(20, 400), k=200)
    grouped, plain = (
        padded(training_order(lengths, divided(4, 4, grouped=group)), lengths, 4) for group in (True, False)
    )
    needed = sum(lengths[i] for i in training_order(lengths, divided(4, 4)))
    assert plain - needed > 3 * (grouped - needed)


def test_grouped_steps_do_not_come_in_the_order_of_their_lengths() -> None:
    """Long examples first and short ones last would be a curriculum nobody asked for."""
    recipe = divided(4, 2)
    lengths = list(range(1, 161))
    steps = [sum(lengths[i] for i in step) for step in steps_of(training_order(lengths, recipe), recipe)]
    assert steps != sorted(steps)
    assert steps != sorted(steps, reverse=True)
    assert sum(later > earlier for earlier, later in pairwise(steps)) >= 3


def test_examples_of_a_step_differ_from_epoch_to_epoch() -> None:
    recipe = divided(4, 2)
    steps = [tuple(sorted(step)) for step in steps_of(training_order(list(range(1, 81)), recipe), recipe)]
    assert len(set(steps)) > 15


@given(LENGTHS, RECIPES)
def test_the_longest_pass_is_the_one_with_the_most_padded_tokens(lengths: list[int], recipe: LoraRecipe) -> None:
    order, size = training_order(lengths, recipe), recipe.batch_size
    count, tokens = longest_pass(lengths, order, size)
    passes = [[lengths[i] for i in order[start : start + size]] for start in range(0, len(order), size)]
    assert tokens == max(len(batch) * max(batch) for batch in passes)
    assert (count, tokens) in {(len(batch), len(batch) * max(batch)) for batch in passes}


def test_many_short_examples_can_be_more_than_one_long_one() -> None:
    assert longest_pass([10, 4, 4, 4, 4], [0, 1, 2, 3, 4], 4) == (4, 40)
    assert longest_pass([10, 4, 4, 4, 4], [1, 2, 3, 4, 0], 4) == (4, 16)
    assert longest_pass([20, 4, 4, 4, 4], [1, 2, 3, 4, 0], 4) == (1, 20)
