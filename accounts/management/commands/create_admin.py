"""Make the first person who may enter the admin site."""

import getpass
import json
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.operations import create_user
from kernel.clock import utc_now
from kernel.errors import DomainError

PASSWORD_VARIABLE = "ADMIN_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    """Create a superuser; the password comes from the terminal or the environment."""

    help = f"Create a superuser. The password is asked for, or read from {PASSWORD_VARIABLE}."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the e-mail address."""
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Create the person, or say why not."""
        password = os.environ.get(PASSWORD_VARIABLE) or getpass.getpass("Password: ")
        try:
            validate_password(password)
            user = create_user(
                email=options["email"],
                name=options["name"],
                password=password,
                is_staff=True,
                is_superuser=True,
                now=utc_now(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        made = {"email": user.email, "public_id": str(user.public_id)}
        self.stdout.write(json.dumps(made) if options["json"] else f"Created {user.email}.")
