"""Bank statements as camt.053 of both versions, written by hand as banks write them."""

from __future__ import annotations

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
DAY = "2026-10-09"


def entry(
    yuan: str,
    *,
    serial: str = "",
    payer: str = "",
    remark: str = "",
    version: str = "08",
    direction: str = "CRDT",
    currency: str = "CNY",
    status: str = "BOOK",
    day: str = DAY,
    parts: str = "",
) -> str:
    """Write an entry; `parts` are TxDtls that take the place of its own."""
    is_new = version == "08"
    name = f"<Pty><Nm>{payer}</Nm></Pty>" if is_new else f"<Nm>{payer}</Nm>"
    state = f"<Cd>{status}</Cd>" if is_new else status
    details = parts or (
        f"<TxDtls><RltdPties><Dbtr>{name}</Dbtr>"
        "<DbtrAcct><Id><Othr><Id>6222000011112222</Id></Othr></Id></DbtrAcct></RltdPties>"
        f"<RmtInf><Ustrd>{remark}</Ustrd></RmtInf></TxDtls>"
    )
    return (
        f'<Ntry>\n<Amt Ccy="{currency}">{yuan}</Amt>\n<CdtDbtInd>{direction}</CdtDbtInd>\n'
        f"<Sts>{state}</Sts>\n<BookgDt><Dt>{day}</Dt></BookgDt>\n"
        f"<AcctSvcrRef>{serial}</AcctSvcrRef>\n<NtryDtls>{details}</NtryDtls>\n</Ntry>\n"
    )


def part(yuan: str, *, payer: str, serial: str, version: str = "08") -> str:
    """Write a part of a batch."""
    amount = f'<Amt Ccy="CNY">{yuan}</Amt>'
    told = amount if version == "08" else f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    name = f"<Pty><Nm>{payer}</Nm></Pty>" if version == "08" else f"<Nm>{payer}</Nm>"
    return (
        f"<TxDtls><Refs><TxId>{serial}</TxId></Refs>{told}"
        f"<RltdPties><Dbtr>{name}</Dbtr></RltdPties></TxDtls>"
    )


def camt(
    *entries: str,
    number: str = "0200000000000000001",
    version: str = "08",
    currency: str = "CNY",
    encoding: str = "UTF-8",
    before: str = "",
    balances: str = "",
) -> bytes:
    """Write a statement of an account."""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n{before}'
        f'<Document xmlns="{NAMESPACE}{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>1</MsgId></GrpHdr>\n<Stmt><Id>1</Id><Acct><Id><Othr><Id>{number}</Id>"
        f"</Othr></Id><Ccy>{currency}</Ccy></Acct>\n{balances}{''.join(entries)}</Stmt>"
        "</BkToCstmrStmt></Document>\n"
    ).encode(encoding)


def balance(code: str, yuan: str, *, day: str = DAY, direction: str = "CRDT") -> str:
    """Write what the account held: OPBD or PRCD before, CLBD after."""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="CNY">{yuan}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )
