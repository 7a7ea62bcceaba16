"""The best allowed combination equals brute force, on small worlds of programmes."""

from itertools import chain, combinations, product

from hypothesis import given
from hypothesis import strategies as st

from compute_billing.subsidies.rules.facts import Overlap
from compute_billing.subsidies.rules.funding_rules import NoOtherFunding
from compute_billing.subsidies.rules.matching import (
    Limits,
    Option,
    best_combination,
    exclude_each_other,
)


def option(programme, contract, amount, *, level="city", excludes=()):
    rules = tuple(NoOtherFunding(clause="c", overlap=overlap) for overlap in excludes)
    return Option(
        programme=programme, level=level, contract=contract, amount=amount, exclusions=rules
    )


def test_a_programme_that_excludes_the_better_one_is_left():
    options = [
        option("city", "k1", 30, excludes=(Overlap.COST,)),
        option("district", "k1", 20, level="district"),
        option("national", "k1", 15, level="nation"),
    ]
    limits = Limits(
        programmes={"city": 100, "district": 100, "national": 100}, contracts={"k1": 100}
    )

    best = best_combination(options=options, limits=limits)

    assert best.total == 35
    assert best.amounts == {("district", "k1"): 20, ("national", "k1"): 15}


def test_together_they_never_give_more_than_the_contract_cost():
    options = [option("city", "k1", 70), option("district", "k1", 60, level="district")]
    limits = Limits(programmes={"city": 70, "district": 60}, contracts={"k1": 100})

    assert best_combination(options=options, limits=limits).total == 100


def test_a_cap_over_all_contracts_is_shared_where_it_brings_most():
    options = [
        option("city", "k1", 80),
        option("city", "k2", 80),
        option("district", "k1", 80, level="district"),
    ]
    limits = Limits(programmes={"city": 100, "district": 80}, contracts={"k1": 100, "k2": 100})

    assert best_combination(options=options, limits=limits).total == 180


def test_nothing_to_choose_from():
    limits = Limits(programmes={}, contracts={})

    assert best_combination(options=[], limits=limits).total == 0


PROGRAMMES = ("p", "q", "r")
CONTRACTS = ("k1", "k2")
LEVELS = {"p": "city", "q": "city", "r": "district"}


@st.composite
def worlds(draw):
    excludes = {
        programme: tuple(
            NoOtherFunding(clause="c", overlap=overlap)
            for overlap in draw(st.lists(st.sampled_from(Overlap), max_size=1))
        )
        for programme in PROGRAMMES
    }
    pairs = draw(
        st.lists(st.sampled_from(list(product(PROGRAMMES, CONTRACTS))), unique=True, max_size=5)
    )
    options = [
        Option(
            programme=programme,
            level=LEVELS[programme],
            contract=contract,
            amount=draw(st.integers(1, 4)),
            exclusions=excludes[programme],
        )
        for programme, contract in pairs
    ]
    limits = Limits(
        programmes={programme: draw(st.integers(0, 6)) for programme in PROGRAMMES},
        contracts={contract: draw(st.integers(0, 6)) for contract in CONTRACTS},
    )
    return options, limits


def brute_force(options, limits) -> int:
    """Try every subset that may stand together with every whole amount for each option."""
    subsets = chain.from_iterable(combinations(options, size) for size in range(len(options) + 1))
    allowed = [
        subset
        for subset in subsets
        if not any(exclude_each_other(one, other) for one, other in combinations(subset, 2))
    ]
    return max(_most(subset, limits) for subset in allowed)


def _most(subset, limits) -> int:
    best = 0
    for amounts in product(*(range(one.amount + 1) for one in subset)):
        given_by = dict.fromkeys(PROGRAMMES, 0)
        given_to = dict.fromkeys(CONTRACTS, 0)
        for one, amount in zip(subset, amounts, strict=True):
            given_by[one.programme] += amount
            given_to[one.contract] += amount
        is_within = all(given_by[name] <= limits.programmes[name] for name in PROGRAMMES) and all(
            given_to[name] <= limits.contracts[name] for name in CONTRACTS
        )
        if is_within:
            best = max(best, sum(amounts))
    return best


@given(worlds())
def test_the_optimum_is_exact(world):
    options, limits = world

    best = best_combination(options=options, limits=limits)

    assert best.total == sum(best.amounts.values()) == brute_force(options, limits)
