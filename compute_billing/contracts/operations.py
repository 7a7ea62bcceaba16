"""Every write to contracts and projects."""

from datetime import date

from compute_billing.contracts.models import ComputeContract, Project
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction_if_not_already


class UnableToAddProject(DomainError):
    """The tenant has a project with this code."""

    code = "project_code_taken"


class UnableToSignComputeContract(DomainError):
    """The number is taken, the parties are one, or dates or amount are out of order."""

    code = "unable_to_sign_compute_contract"


def add_project(*, tenant_id: int, code: str, name: str) -> Project:
    """Add a cost unit that the tenant splits its use by.

    Raises:
        UnableToAddProject: the tenant has one with this code.
    """
    taken = UnableToAddProject(f"The tenant has a project {code} already: choose another code.")
    with transaction_if_not_already(), constraint_errors({"project_code_unique": taken}):
        return Project.objects.create(tenant_id=tenant_id, code=code, name=name)


def sign_compute_contract(
    *,
    contract_no: str,
    tenant_id: int,
    provider_id: int,
    signed_on: date,
    starts_on: date,
    ends_on: date,
    amount_micro: int,
) -> ComputeContract:
    """File a signed compute contract; its last day is the day before `ends_on`.

    Raises:
        UnableToSignComputeContract: number taken, one party only, dates or amount out of order.
    """
    refusals: dict[str, DomainError] = {
        "contracts_compute_contract_contract_no_key": UnableToSignComputeContract(
            f"There is a contract {contract_no} already.", details={"field": "contract_no"}
        ),
        "compute_contract_between_two_parties": UnableToSignComputeContract(
            "A contract has two parties: the provider cannot be the tenant.",
            details={"field": "provider_id"},
        ),
        "compute_contract_dates_in_order": UnableToSignComputeContract(
            f"Contract {contract_no} must end after it starts, for an amount of zero or more.",
            details={"field": "ends_on"},
        ),
    }
    with transaction_if_not_already(), constraint_errors(refusals):
        return ComputeContract.objects.create(
            contract_no=contract_no,
            tenant_id=tenant_id,
            provider_id=provider_id,
            signed_on=signed_on,
            starts_on=starts_on,
            ends_on=ends_on,
            amount_micro=amount_micro,
        )
