from hypothesis import given
from hypothesis import strategies as st

from jobsearch_dagster.search.rewriting.edits import Edit, Rewritten


def test_a_replaced_word_points_to_the_words_it_stands_for() -> None:
    rewritten = Rewritten.unchanged("acountant w/o degree").edited([Edit(0, 9, "accountant"), Edit(10, 13, "without")])
    assert rewritten.text == "accountant without degree"
    assert rewritten.origin(0, 10) == (0, 9)
    assert rewritten.origin(11, 18) == (10, 13)
    assert rewritten.origin(19, 25) == (14, 20)


def test_a_word_replaced_twice_points_to_the_first_text() -> None:
    once = Rewritten.unchanged("a decade").edited([Edit(0, 8, "10 years")])
    twice = once.edited([Edit(0, 2, "ten")])
    assert twice.text == "ten years"
    assert twice.origin(0, 9) == (0, 8)


@given(st.text(min_size=1), st.data())
def test_what_no_edit_touches_stays_and_points_to_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    rewritten = Rewritten.unchanged(text).edited([Edit(start, end, data.draw(st.text()))])
    assert rewritten.text.startswith(text[:start])
    assert rewritten.text.endswith(text[end:])
    for position in range(start):
        assert rewritten.origin(position, position + 1) == (position, position + 1)
    for back in range(1, len(text) - end + 1):
        place = len(rewritten.text) - back
        assert rewritten.origin(place, place + 1) == (len(text) - back, len(text) - back + 1)
