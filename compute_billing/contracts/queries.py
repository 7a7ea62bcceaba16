"""Every read of contracts and projects."""

from compute_billing.contracts.models import ComputeContract, Project


def project_by_code(*, tenant_id: int, code: str) -> Project | None:
    """Return a tenant's project, or None."""
    return Project.objects.filter(tenant_id=tenant_id, code=code).first()


def compute_contracts_of(*, tenant_id: int) -> list[ComputeContract]:
    """Return a tenant's compute contracts, the latest signed first."""
    return list(ComputeContract.objects.filter(tenant_id=tenant_id).order_by("-signed_on", "-id"))


def project_page(*, tenant_id: int, after: str | None, limit: int) -> list[Project]:
    """Return a tenant's projects by code, from behind `after` on."""
    projects = Project.objects.filter(tenant_id=tenant_id)
    if after is not None:
        projects = projects.filter(code__gt=after)
    return list(projects.order_by("code")[:limit])
