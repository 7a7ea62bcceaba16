"""Forget who somebody was."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.erasure.operations import erase_person
from accounts.queries import user_by_email
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.errors import DomainError


class Command(BaseCommand):
    """Remove a person's name, addresses and ways in; what he did stays, under his id."""

    help = "Erase a person's data (docs/personal-data.md). It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and once more, because nothing brings it back."""
        parser.add_argument("email")
        parser.add_argument("--confirm", required=True, help="The address again.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Erase, or say why not."""
        if options["email"] != options["confirm"]:
            message = "--confirm must repeat the address."
            raise CommandError(message)
        try:
            user = user_by_email(email=options["email"])
            done = erase_person(user_id=user.pk, actor=Actor.system(), now=utc_now())
        except DomainError as error:
            raise CommandError(error.message) from error
        document = {"public_id": str(done.public_id), "removed": dict(done.removed)}
        self.stdout.write(json.dumps(document) if options["json"] else f"Erased {done.public_id}.")
