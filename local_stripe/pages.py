"""The hosted pages: where a person pays, refuses, or goes away again. No script, no style sheet."""

from html import escape
from typing import Any, Final

from local_stripe import accounts, attempts, cards, checkout, codes, setup_intents
from local_stripe.api import Api
from local_stripe.call import Call
from local_stripe.currencies import shown
from local_stripe.errors import CardDeclined, InvalidRequest, NoSuchObject, StripeRefuses
from local_stripe.store import Body

CODE: Final = "/code.svg"
_STYLE: Final = """
body{font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;max-width:30rem;margin:3rem auto;
padding:0 1rem;color:#1a1f36;background:#f6f8fa}main{background:#fff;border-radius:12px;
padding:1.5rem;box-shadow:0 2px 12px #0002}h1{font-size:1.25rem;margin:0 0 .25rem}
.amount{font-size:2rem;font-weight:600;margin:.25rem 0 1rem}button{font:inherit;width:100%;
padding:.7rem;margin:.25rem 0;border-radius:8px;border:1px solid #c1c9d2;background:#fff;
cursor:pointer}button.pay{background:#4f46e5;color:#fff;border-color:#4f46e5}small{color:#4f566b}
p.refused{color:#a4262c}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}
dd{margin:0}@media(prefers-color-scheme:dark){body{background:#10131a;color:#e6e9ef}
main{background:#1b2130}button{background:#232b3d;color:#e6e9ef;border-color:#44506b}
small{color:#a9b2c7}p.refused{color:#ff9a9f}}
"""
_NAMES: Final = {"card": "Card", "alipay": "Alipay 支付宝", "wechat_pay": "WeChat Pay 微信支付"}
_TRIALS: Final = (
    ("pm_card_chargeDeclined", "Pay with a card that is declined 被拒付的卡"),
    ("pm_card_chargeDeclinedInsufficientFunds", "Pay with an empty card 余额不足的卡"),
)


class Pages:
    """Answers for browsers: a page's text, or where to go next."""

    def __init__(self, api: Api) -> None:
        """Keep the API on whose data the pages work."""
        self.api = api

    def show(self, path: str) -> str:
        """Return a page.

        Raises:
            NoSuchObject: there is none at this address.
        """
        kind, key = _address(path)
        if kind == "onboarding":
            return _onboarding_page(self._link(key))
        call = self._call(key)
        if kind == "pay":
            return _session_page(call.get("checkout.session", key))
        return _authorise_page(_intent(call, key))

    def code(self, path: str) -> str:
        """Return the QR code that leads to a page.

        Raises:
            NoSuchObject: there is no such page.
        """
        page = path.removesuffix(CODE)
        self._call(_address(page)[1])
        return codes.svg(f"{self.api.base_url}{page}")

    def act(self, path: str, form: dict[str, Any]) -> tuple[str | None, str]:
        """Do what a button says; return where the browser goes, or a page.

        Raises:
            InvalidRequest: the button is none of this page.
        """
        kind, key = _address(path)
        if kind == "onboarding":
            return self._onboard(key), ""
        call = self._call(key)
        button = str(form.get("do", ""))
        try:
            with call.store.transaction():
                return (
                    self._session(call, key, button)
                    if kind == "pay"
                    else self._authorise(call, key, button)
                )
        except (CardDeclined, InvalidRequest) as refusal:
            return None, self.show_refusal(path, refusal)

    def show_refusal(self, path: str, refusal: StripeRefuses) -> str:
        """Return the page again, with why nothing came of it."""
        told = f'<p class="refused" role="alert">{escape(refusal.message)}</p>'
        return self.show(path).replace("<!-- said -->", told)

    def _session(self, call: Call, key: str, button: str) -> tuple[str | None, str]:
        session = call.get("checkout.session", key)
        if button == "cancel":
            return checkout.way_back(session, success=False), ""
        method, _, outcome = button.partition(" ")
        try:
            checkout.pay(call, session, method=method, outcome=outcome or "succeeded")
        except CardDeclined as refusal:
            # The transaction goes on: what the decline changed stays.
            return None, _session_page(session).replace("<!-- said -->", _said(refusal))
        return checkout.way_back(session, success=True), ""

    def _authorise(self, call: Call, key: str, button: str) -> tuple[str | None, str]:
        intent = _intent(call, key)
        back = call.store.secret(key, "return_url")
        try:
            if intent["object"] == "setup_intent":
                setup_intents.authorise(call, intent, outcome=button)
            else:
                attempts.authorise(call, intent, outcome=button)
        except CardDeclined as refusal:
            return None, _page("Declined", _said(refusal))
        if back is None:
            return None, _page("Done 完成", "<p>You can close this page. 可以关闭此页。</p>")
        status = "failed" if button == "failed" else "succeeded"
        joint = "&" if "?" in back else "?"
        name = intent["object"]
        secret = f"{name}_client_secret={intent['client_secret']}&redirect_status={status}"
        return f"{back}{joint}{name}={key}&{secret}", ""

    def _link(self, key: str) -> Body:
        link: Body | None = self.api.store.noted(f"link {key}", None)
        if link is None:
            raise NoSuchObject("page", key)
        return link

    def _onboard(self, key: str) -> str:
        """Give what Stripe wants to know; a page that is over leads to where a new one is made."""
        link = self._link(key)
        call = self.api.call()
        with call.store.transaction():
            if call.now > link["expires_at"]:
                return str(link["refresh_url"])
            # The page works once.
            call.store.note(f"link {key}", {**link, "expires_at": 0})
            accounts.complete(call, call.get("account", link["account"]))
        return str(link["return_url"])

    def _call(self, key: str) -> Call:
        owner = self.api.store.owner(key)
        if owner is None:
            raise NoSuchObject("page", key)
        return self.api.call(owner)


def _address(path: str) -> tuple[str, str]:
    parts = path.strip("/").split("/")
    if len(parts) != 2 or parts[0] not in {"pay", "authorise", "onboarding"}:
        raise NoSuchObject("page", path)
    return parts[0], parts[1]


def _intent(call: Call, key: str) -> Body:
    return call.get("setup_intent" if key.startswith("seti_") else "payment_intent", key)


def _said(refusal: StripeRefuses) -> str:
    return f'<p class="refused" role="alert">{escape(refusal.message)}</p>'


def _session_page(session: Body) -> str:
    if session["status"] != "open":
        return _page("Checkout", f"<p>This page is {escape(session['status'])}.</p>")
    if session["mode"] == "setup":
        title, amount = "Save a card 保存银行卡", ""
        buttons = [_button("card", "Save a test card 保存测试卡", pay=True)]
        buttons.append(_button(_TRIALS[0][0], "Save a card that is refused 被拒绝的卡"))
    else:
        title = "Pay 支付"
        amount = shown(session["amount_total"], currency=session["currency"])
        buttons = _payment_buttons(session["payment_method_types"])
    buttons.append(_button("cancel", "Back without paying 返回"))
    return _page(title, f'<p class="amount">{amount}</p><!-- said -->{_form(buttons)}')


def _payment_buttons(types: list[str]) -> list[str]:
    buttons = [_button(type_, f"Pay by {_NAMES[type_]}", pay=True) for type_ in types]
    if "card" in types:
        buttons += [_button(name, label) for name, label in _TRIALS if name in cards.CARDS]
    wallets = [type_ for type_ in types if type_ != "card"]
    buttons += [
        _button(f"{type_} processing", f"{_NAMES[type_]}: pay, confirmed later 稍后到账")
        for type_ in wallets
    ]
    buttons += [_button(f"{type_} failed", f"{_NAMES[type_]}: fail 失败") for type_ in wallets]
    return buttons


def _authorise_page(intent: Body) -> str:
    if intent["status"] != "requires_action":
        return _page("Authorise", f"<p>Nothing to do: {escape(intent['status'])}.</p>")
    amount = ""
    if "amount" in intent:
        amount = shown(intent["amount"], currency=intent["currency"])
    buttons = [
        _button("succeeded", "Authorise 同意", pay=True),
        _button("failed", "Refuse 拒绝"),
    ]
    if "amount" in intent:
        buttons.append(_button("processing", "Pay, confirmed later 稍后到账"))
    return _page("Authorise 确认付款", f'<p class="amount">{amount}</p>{_form(buttons)}')


def _onboarding_page(link: Body) -> str:
    told = f"<p>{escape(link['account'])}</p>"
    buttons = [_button("complete", "Give everything and go on 提交资料", pay=True)]
    return _page("Become a payee 收款方入驻", told + _form(buttons))


def _button(value: str, label: str, *, pay: bool = False) -> str:
    kind = ' class="pay"' if pay else ""
    return f'<button name="do" value="{escape(value)}"{kind}>{escape(label)}</button>'


def _form(buttons: list[str]) -> str:
    return f'<form method="post">{"".join(buttons)}</form>'


def _page(title: str, body: str) -> str:
    note = "A local stand-in for Stripe: no money moves. 本地模拟支付，不涉及真实资金。"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f"<main><h1>{escape(title)}</h1>{body}<small>{note}</small></main></html>"
    )
