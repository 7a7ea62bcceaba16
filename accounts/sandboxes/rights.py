"""What a sandbox never does: have people of its own, be verified, be renamed. Pure."""

from kernel.errors import DomainError
from kernel.worlds import is_sandbox


class NotInASandbox(DomainError):
    """What was asked for is about people or about who an organisation is, which is real."""

    code = "not_in_a_sandbox"


def refuse_in_sandbox(*, organisation_id: int) -> None:
    """Refuse what concerns people and identity: those a sandbox borrows from its organisation.

    Raises:
        NotInASandbox: the organisation is a sandbox.
    """
    if is_sandbox(organisation_id):
        message = (
            "A sandbox has no people and no verification of its own: "
            "do this for the organisation itself, with a key or a page of the real world."
        )
        raise NotInASandbox(message)
