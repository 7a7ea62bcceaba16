"""What tests read in an assessment."""

from compute_billing.subsidies.rules.verdicts import State


def steps_of(assessment) -> dict[str, int]:
    return {step.name: step.value for step in assessment.steps}


def failing(assessment) -> list[str]:
    return [verdict.rule for verdict in assessment.verdicts if verdict.state is State.FAILS]
