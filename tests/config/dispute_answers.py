"""What the service answers about disputes about use: a buyer's, and its operator's."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.permissions import Role
from tests.builders.accounts import make_api_key, make_member
from tests.builders.world import World


def ask_disputes(world: World, operator: Client, *, act: Any, ask: Any) -> None:
    """Open two disputes as the tenant's key; answer one, and take the other back."""
    owner = make_member(organisation=world.alpha, role=Role.OWNER)
    text = make_api_key(organisation=world.alpha, created_by_id=owner.pk).text
    tenant = Client(headers={"authorization": f"Bearer {text}"})
    records = tenant.get("/api/v1/usage/records").json()["data"]
    charged = [r for r in records if r["state"] == "charged" and r["corrects"] is None]
    first, second = charged[-2:]
    body = {"reason": "failed", "words": "开跑半小时后节点掉卡。"}
    place = "usage/disputes"
    made = act("usage_dispute_create", tenant, "post", place, {**body, "record": first["id"]})
    other = act("again", tenant, "post", place, {**body, "record": second["id"]})
    act("usage_dispute_withdraw", tenant, "post", f"usage/disputes/{other['id']}/withdraw", {})
    ask("source_disputes_list", operator, "sources/slurm/disputes", state="open")
    place = f"sources/slurm/disputes/{made['id']}"
    ask("source_dispute_retrieve", operator, place)
    answer = {"verdict": "rejected", "words": "作业日志显示节点全程在线。"}
    act("source_dispute_answer", operator, "post", f"{place}/answer", answer)
    ask("usage_disputes_list", tenant, "usage/disputes", state="rejected")
    place = f"usage/disputes/{made['id']}"
    ask("usage_dispute_retrieve", tenant, place)
    words = {"words": "日志缺少最后半小时。"}
    act("usage_dispute_escalate", tenant, "post", f"{place}/escalate", words)
