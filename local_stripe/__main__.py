"""Command line: `python -m local_stripe --port 12111 --file stripe.sqlite`.

Says `ready http://127.0.0.1:PORT` on its first line of output, then answers until SIGTERM.
"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from local_stripe import settings as settings_module
from local_stripe.api import Api
from local_stripe.server import Server
from local_stripe.store import Store
from local_stripe.webhook_endpoints import register


def main() -> int:
    """Run the server until it is told to end; return the exit code."""
    arguments = _parse()
    settings = settings_module.read(arguments.settings)
    store = Store(arguments.file)
    api = Api(store, settings, base_url="")
    server = Server(api, host="127.0.0.1", port=arguments.port)
    api.base_url = arguments.public_url or f"http://127.0.0.1:{server.server_address[1]}"
    if arguments.webhook:
        _register(api, url=arguments.webhook, secret=arguments.webhook_secret)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"ready {api.base_url}", flush=True)
    server.serve()
    return 0


def _register(api: Api, *, url: str, secret: str) -> None:
    """Register the endpoints of the command line, unless an earlier run did.

    As with Stripe one endpoint hears of the account itself and another one of the accounts that
    are connected to it; here both are at one address.
    """
    with api.store.transaction():
        known = api.store.listed("webhook_endpoint", account=api.settings.account)
        if not any(endpoint["url"] == url for endpoint in known):
            for connect in (False, True):
                register(api.call(), url=url, events=["*"], secret=secret, connect=connect)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local_stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one")
    parser.add_argument("--file", default=":memory:", help="where everything is kept")
    parser.add_argument("--settings", type=Path, help="JSON file, see settings.py")
    parser.add_argument("--public-url", help="where browsers find the hosted pages")
    parser.add_argument("--webhook", help="what hears every event, of connected accounts too")
    parser.add_argument("--webhook-secret", default="whsec_local", help="of that endpoint")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
