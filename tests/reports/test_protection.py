"""Small numbers stay hidden, whatever stands beside them (promise 14): every table against all counts that fit it."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from krat.reports.protection import HIDDEN, Counts, Told, is_safe, rounded, tell

LIMIT = 5
MOST = 60  # no count of these tests is nearly as large


def range_of(told):
    """Every count that a reader may think of, from what is told alone."""
    if told == HIDDEN:
        return range(MOST + 1)
    if told.value is None:
        return range(LIMIT)
    return [count for count in range(MOST + 1) if shown(count) == told.value]


def shown(count):
    """The rule as a reader is told it: hidden below the limit, else the nearest multiple of it."""
    return None if count < LIMIT else round(count / LIMIT) * LIMIT


def sums(ranges):
    """Every sum that can be reached by one number of each range."""
    found = {0}
    for one in ranges:
        found = {before + count for before in found for count in one if before + count <= MOST}
    return found


def possible(total, tables, counts):
    """For every cell, and for the total, all counts that fit together with everything that is told."""
    ranges = [
        [list(range_of(cell)) for cell in cells] + ([range(MOST + 1)] if one.rest is not None else [])
        for cells, one in zip(tables, counts, strict=True)
    ]
    totals = set(range_of(total)).intersection(*(sums(one) for one in ranges))
    found = []
    for table, cells in zip(ranges, tables, strict=True):
        rows = []
        for at, cell in enumerate(table[: len(cells)]):
            others = sums([*table[:at], *table[at + 1 :]])
            rows.append({count for count in cell if any(whole - count in others for whole in totals)})
        found.append(rows)
    return totals, found


def undetermined(total, tables, counts):
    """Whether each hidden number has two possible values or more."""
    totals, found = possible(total, tables, counts)
    hidden = [
        values
        for cells, rows in zip(tables, found, strict=True)
        for cell, values in zip(cells, rows, strict=True)
        if cell.value is None
    ]
    return all(len(values) >= 2 for values in [*hidden, *([totals] if total.value is None else [])])


small = st.integers(0, 13)
edges = st.sampled_from([0, 1, 4, 5, 7, 8, 12])  # where a number steps: the dangerous ones
whole = st.lists(st.one_of(edges, small), min_size=1, max_size=3)


@st.composite
def populations(draw):
    """One population, divided in three ways; the last way leaves some of it out."""
    first = draw(whole)
    total = sum(first)
    second = draw(cut(total))
    part = draw(cut(draw(st.integers(0, total))))
    return total, [Counts(tuple(first)), Counts(tuple(second)), Counts(tuple(part), rest=0)]


@st.composite
def cut(draw, total):
    """So many, divided among three cells."""
    one, other = sorted((draw(st.integers(0, total)), draw(st.integers(0, total))))
    return [one, other - one, total - other]


@given(populations())
@settings(max_examples=400, deadline=None)
def test_no_hidden_number_can_be_found(population):
    total, counts = population

    told_total, told = tell(total, counts, LIMIT)

    assert undetermined(told_total, told, counts)


@given(populations())
@settings(max_examples=400, deadline=None)
def test_what_is_told_is_true(population):
    total, counts = population

    told_total, told = tell(total, counts, LIMIT)

    pairs = [(total, told_total)]
    for table, cells in zip(counts, told, strict=True):
        pairs += zip(table.cells, cells, strict=True)
    for count, one in pairs:
        assert one.low <= count <= one.high
        assert one.value in (None, shown(count))
        assert count >= LIMIT or one.value is None


@given(populations())
@settings(max_examples=300, deadline=None)
def test_the_quick_check_and_the_trying_out_of_everything_agree(population):
    total, counts = population
    as_they_are = [[rounded(count, LIMIT) for count in one.cells] for one in counts]

    safe = is_safe(rounded(total, LIMIT), as_they_are, counts)

    assert safe == undetermined(rounded(total, LIMIT), as_they_are, counts)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(3, 12))
def test_two_told_numbers_never_differ_by_less_than_the_limit(one, other, limit):
    """Whatever two answers are subtracted: places, quarters, or this morning's page and yesterday's."""
    told = [rounded(count, limit) for count in (one, other)]

    values = [each.value for each in told if each.value is not None]

    assert len(set(values)) < 2 or abs(values[0] - values[1]) >= limit
    assert all(value % limit == 0 and value >= limit for value in values)
    assert all(each.low <= count <= each.high for each, count in zip(told, (one, other), strict=True))


def test_none_at_all_and_a_few_look_the_same():
    assert {rounded(count, LIMIT) for count in range(LIMIT)} == {Told(None, 0, 4)}
    assert rounded(5, LIMIT).value == 5


def test_where_the_total_would_give_a_small_number_away_a_neighbour_is_hidden_too():
    (total, [told]) = tell(28, [Counts((12, 12, 4))], LIMIT)

    assert total.value == 30
    assert told[2] == HIDDEN
    assert HIDDEN in told[:2]


def test_where_another_table_would_give_it_away_that_table_loses_its_number():
    """Children and adults say that there are at least eight; two places, a few each, that there are at most eight."""
    counts = [Counts((8, 0)), Counts((4, 4))]

    total, told = tell(8, counts, LIMIT)

    assert undetermined(total, told, counts)
    assert told[0][0].value == 10
    assert told[1] == [HIDDEN, HIDDEN]


def test_one_open_cell_would_be_seen():
    """The negative control: the same tables with nothing hidden beside the small number."""
    counts = [Counts((12, 12, 4))]
    open_cell = [[rounded(count, LIMIT) for count in (12, 12, 4)]]

    assert not undetermined(rounded(28, LIMIT), open_cell, counts)
    assert not is_safe(rounded(28, LIMIT), open_cell, counts)


def test_exact_numbers_beside_a_hidden_one_would_be_seen():
    """The negative control of the trying out: what a page would tell that hides the small number and nothing else."""
    exact = [Told(9, 9, 9), Told(None, 0, 4)]

    assert not is_safe(Told(12, 12, 12), [exact], [Counts((9, 3))])


def test_numbers_at_their_edges_are_safe_too():
    for cells in product((0, 4, 5, 7, 8, 12, 13), repeat=3):
        counts = [Counts(cells)]

        total, told = tell(sum(cells), counts, LIMIT)

        assert undetermined(total, told, counts), cells


def test_a_table_without_a_row_says_nothing_and_holds_nobody_up():
    total, told = tell(12, [Counts((7, 5)), Counts(()), Counts((12,))], 5)

    assert tell(0, [Counts(())], 5)[1] == [[]]
    assert told == [
        tell(12, [Counts((7, 5)), Counts((12,))], 5)[1][0],
        [],
        tell(12, [Counts((7, 5)), Counts((12,))], 5)[1][1],
    ]
    assert total == tell(12, [], 5)[0]
