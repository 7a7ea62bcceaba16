"""The evaluator: never above a cap, monotone below it, blind to order, shares that sum."""

from datetime import date

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from compute_billing.subsidies.rules.documents import Exhaustion
from compute_billing.subsidies.rules.evaluation import evaluate
from compute_billing.subsidies.rules.facts import Stage, SubjectKind
from compute_billing.subsidies.rules.pools import Asked, share_out
from tests.builders.subsidy_documents import activated
from tests.builders.subsidy_facts import YUAN, cost, facts
from tests.compute_billing.subsidies.rules.test_published import SEEN

DOCUMENTS = {code: activated(code) for code in SEEN}
LISTS = ("etown-registered", "startup", "hangzhou-layout", "nanning-a-centre")
AMOUNTS = st.integers(0, 50_000_000 * YUAN)


def told(costs, **changed):
    """Return facts under which every programme that was seen gives something."""
    lists = dict.fromkeys(LISTS, True)
    used = changed.pop("used", 0)
    return facts(
        as_of=date(2026, 1, 10),
        applied_on=date(2026, 1, 10),
        subject={"kind": SubjectKind.ENTERPRISE, "lists": lists},
        provider={"lists": lists},
        contract={"amount_micro": sum(one.amount_micro for one in costs), "tax_micro": 0},
        costs=tuple(costs),
        caps=dict.fromkeys(("enterprise_year", "user_year", "top"), (used, 0)),
        **changed,
    )


def lines(amounts):
    return [
        cost(amount, reference=str(position), incurred_on=date(2025, 6, 1), is_domestic=True)
        for position, amount in enumerate(amounts)
    ]


def amount_of(code, costs, **changed):
    assessment = evaluate(document=DOCUMENTS[code], facts=told(costs, **changed), stage=Stage.APPLY)
    assert assessment.amount is not None
    return assessment.amount


@given(code=st.sampled_from(SEEN), amounts=st.lists(AMOUNTS, min_size=1, max_size=4), used=AMOUNTS)
def test_never_above_what_is_left_of_the_cap(code, amounts, used):
    limit = DOCUMENTS[code].caps[0].amount if DOCUMENTS[code].caps else sum(amounts)
    left = max(limit - used, 0) if DOCUMENTS[code].caps else limit

    assert 0 <= amount_of(code, lines(amounts), used=used) <= left


@given(
    code=st.sampled_from(SEEN),
    amounts=st.lists(AMOUNTS, min_size=1, max_size=4),
    more=st.integers(1, 1_000_000 * YUAN),
)
def test_more_spending_never_brings_less(code, amounts, more):
    before = amount_of(code, lines(amounts))
    after = amount_of(code, lines([*amounts[:-1], amounts[-1] + more]))

    assert after >= before


@given(
    code=st.sampled_from(SEEN),
    amounts=st.lists(AMOUNTS, min_size=1, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_costs_does_not_matter(code, amounts, seed):
    costs = lines(amounts)
    shuffled = list(costs)
    seed.shuffle(shuffled)

    assert amount_of(code, costs) == amount_of(code, shuffled)


@given(code=st.sampled_from(SEEN), amounts=st.lists(AMOUNTS, min_size=1, max_size=4))
def test_shares_of_the_levels_sum_to_the_amount_and_the_answer_is_the_same_again(code, amounts):
    asked = {"document": DOCUMENTS[code], "facts": told(lines(amounts)), "stage": Stage.APPLY}

    first, again = evaluate(**asked), evaluate(**asked)

    assert sum(share.amount for share in first.shares) == first.amount
    assert msgspec.json.encode(first.told()) == msgspec.json.encode(again.told())


@given(
    amounts=st.lists(st.integers(1, 10**12), min_size=1, max_size=6),
    left=st.integers(0, 10**12),
    seed=st.randoms(use_true_random=False),
)
def test_pro_rata_gives_the_same_total_in_any_order_of_application(amounts, left, seed):
    asked = [
        Asked(reference=str(position), amount=amount, position=position)
        for position, amount in enumerate(amounts)
    ]
    shuffled = list(asked)
    seed.shuffle(shuffled)

    one = share_out(asked=asked, left=left, exhaustion=Exhaustion.PRO_RATA)
    other = share_out(asked=shuffled, left=left, exhaustion=Exhaustion.PRO_RATA)

    assert sum(one.values()) == sum(other.values()) == min(left, sum(amounts))
    assert all(abs(one[key] - other[key]) <= 1 for key in one)
