"""The file of e-invoices to be issued, for the tax bureau's software. Pure.

JSON with all fields, or a table with one line for each line of an invoice, in the words that the
bureau uses. Amounts are yuan with two places, red ones below zero; a unit price has as many
places as the bureau takes, so that price times quantity is the amount to the fen.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kernel.money import divide_half_up
from kernel.quantities import MILLI_CARD_MS_PER_CARD_HOUR
from kernel.tax import PARTS_PER_MILLION

FORMAT: Final = "suanji-einvoices-1"
UNIT: Final = "卡时"
QUANTITY_PLACES: Final = 8
PRICE_PLACES: Final = 13
HEAD_COLUMNS: Final = (
    *("单据号", "发票类型", "票种代码", "购方名称", "购方纳税人识别号", "购方地址", "购方电话"),
    *("购方开户行", "购方账号", "交付邮箱", "交付手机", "销方名称", "销方纳税人识别号", "销方地址"),
    *("销方电话", "销方开户行", "销方账号", "备注", "合计金额", "合计税额", "价税合计"),
    *("对应蓝字发票号码", "红字原因代码", "红字确认单编号"),
)
LINE_COLUMNS: Final = (
    *("行号", "项目名称", "商品和服务税收编码", "规格型号", "单位", "数量", "单价", "金额"),
    *("税率", "税额", "优惠政策标识"),
)


def yuan(fen: int) -> str:
    """Return whole fen as yuan with two places."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def quantity_text(quantity: int) -> str:
    """Return card-hours with up to eight places; nothing where there are none."""
    if quantity <= 0:
        return ""
    scaled = divide_half_up(quantity * 10**QUANTITY_PLACES, MILLI_CARD_MS_PER_CARD_HOUR)
    return _trimmed(scaled, QUANTITY_PLACES) if scaled else ""


def price_text(*, amount_fen: int, quantity: int) -> str:
    """Return the price of a card-hour without tax, reckoned back from the amount."""
    scaled = divide_half_up(quantity * 10**QUANTITY_PLACES, MILLI_CARD_MS_PER_CARD_HOUR)
    if quantity <= 0 or not scaled:
        return ""
    price = divide_half_up(amount_fen * 10 ** (PRICE_PLACES + QUANTITY_PLACES), 100 * scaled)
    return _trimmed(price, PRICE_PLACES)


def rate_text(rate_ppm: int) -> str:
    """Return a rate as the bureau writes it: 0.06."""
    return f"{rate_ppm // PARTS_PER_MILLION}.{rate_ppm % PARTS_PER_MILLION // 10_000:02d}"


def _trimmed(scaled: int, places: int) -> str:
    whole, part = divmod(scaled, 10**places)
    text = f"{whole}.{part:0{places}d}".rstrip("0")
    return text.rstrip(".")


def content_of(einvoices: Sequence[Mapping[str, Any]], *, file_id: str) -> str:
    """Return the file: the same entries give the same bytes."""
    told = {"格式": FORMAT, "文件编号": file_id, "发票": list(einvoices)}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def table_of(content: str) -> str:
    """Return the file as a table of comma-separated values, one line for each invoice line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow((*HEAD_COLUMNS, *LINE_COLUMNS))
    for einvoice in json.loads(content)["发票"]:
        head = [einvoice[column] for column in HEAD_COLUMNS]
        writer.writerows(
            [*head, *(line[column] for column in LINE_COLUMNS)] for line in einvoice["明细"]
        )
    return out.getvalue()


def entry(*, head: Mapping[str, str], lines: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """Return an invoice of the file; a field that has no content is there and empty."""
    told: dict[str, Any] = {column: head.get(column, "") for column in HEAD_COLUMNS}
    told["明细"] = [{column: line.get(column, "") for column in LINE_COLUMNS} for line in lines]
    return told
