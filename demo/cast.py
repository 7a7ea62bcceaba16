"""Who takes part in the demonstration: the centre, its tenants, and how each of them works.

All enterprises and the university are invented. The centre has the size of the first stage of
京西智谷: 100P from 320 cards Ascend 910B (2023). Pure data.
"""

from dataclasses import dataclass, field
from typing import Final

CARDS: Final = 320
CARD_TYPE: Final = "910B2"
CLUSTER: Final = "jingxi-100p"
SOURCE_HTTP: Final = "jingxi-slurm"
SOURCE_FILES: Final = "jingxi-teaching"

# Everybody of the demonstration signs in with it; the server listens on this machine only.
PASSWORD: Final = "suanji-demo-2026"  # noqa: S105
MAIL: Final = "suanji.example"

# How often a job asks for so many cards.
TRAINING: Final = {1: 22, 2: 12, 4: 16, 8: 28, 16: 12, 32: 6, 64: 3, 128: 1}
TUNING: Final = {1: 34, 2: 20, 4: 20, 8: 20, 16: 5, 32: 1}
INFERENCE: Final = {1: 62, 2: 24, 4: 12, 8: 2}
TEACHING: Final = {1: 80, 2: 14, 4: 5, 8: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A share of the net price, paid by the programme until the cap is used."""

    rate_percent: int
    cap_yuan: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation that rents cards.

    `account` is the scheduler's name for it. `median_minutes` and `spread` describe the bulk of
    its run times (log-normal), `tail` is the part of jobs with a heavy-tailed one. `topups` are
    (day of the month, yuan); day 0 is before the month.
    """

    code: str
    name: str
    name_en: str
    account: str
    jobs: int
    sizes: dict[int, int]
    median_minutes: int
    spread: float
    tail: float
    topups: tuple[tuple[int, int], ...]
    price_class: str = "puhui"
    contract_price: str = ""
    award: Award | None = None
    promotion_yuan: int = 0
    in_kind_card_hours: int = 0
    source: str = SOURCE_HTTP
    kind: str = "enterprise"
    size_class: str | None = "small"
    log_in: str = ""
    projects: tuple[tuple[int, str, str], ...] = ()
    """What its account works for: from which day of the month on, a project's code and name."""
    second_account: str = field(default="")
    """An account that the source uses before anybody has said whose it is."""


TENANTS: Final = (
    Tenant(
        code="qinglan-vision",
        name="青岚视觉科技有限公司",
        name_en="Qinglan Vision",
        account="qinglan",
        jobs=1250,
        sizes=TRAINING,
        median_minutes=58,
        spread=1.5,
        tail=0.06,
        topups=((0, 60_000), (18, 20_000)),
        award=Award(rate_percent=30, cap_yuan=20_000),
        size_class="medium",
        log_in="qinglan",
        projects=(
            (1, "defect-detection", "缺陷检测"),
            (12, "video-search", "视频检索"),
            (24, "defect-detection", "缺陷检测"),
        ),
    ),
    Tenant(
        code="zhiyuan-semantics",
        name="知渊语义技术有限公司",
        name_en="Zhiyuan Semantics",
        account="zhiyuan",
        jobs=900,
        sizes=TRAINING,
        median_minutes=55,
        spread=1.6,
        tail=0.07,
        topups=((0, 55_000),),
        price_class="",
        contract_price="1.750000",
        award=Award(rate_percent=30, cap_yuan=30_000),
        size_class="medium",
        log_in="zhiyuan",
    ),
    Tenant(
        code="yunlu-medical",
        name="云麓医疗影像有限公司",
        name_en="Yunlu Medical Imaging",
        account="yunlu",
        jobs=680,
        sizes=TUNING,
        median_minutes=78,
        spread=1.5,
        tail=0.06,
        topups=((0, 25_000),),
        award=Award(rate_percent=30, cap_yuan=15_000),
    ),
    Tenant(
        code="lixing-driving",
        name="砺行自动驾驶有限公司",
        name_en="Lixing Autonomous Driving",
        account="lixing",
        jobs=800,
        sizes=TRAINING,
        median_minutes=50,
        spread=1.5,
        tail=0.06,
        topups=((0, 20_000), (12, 8_000)),
        award=Award(rate_percent=30, cap_yuan=12_000),
        size_class="medium",
        log_in="lixing",
        projects=((1, "perception", "感知模型"), (17, "planning", "规划模型")),
    ),
    Tenant(
        code="shiguang-education",
        name="拾光教育科技有限公司",
        name_en="Shiguang Education",
        account="shiguang",
        jobs=760,
        sizes=INFERENCE,
        median_minutes=115,
        spread=1.3,
        tail=0.05,
        topups=((0, 15_000),),
        award=Award(rate_percent=30, cap_yuan=6_000),
        promotion_yuan=800,
    ),
    Tenant(
        code="hemu-agriculture",
        name="禾木农业智能有限公司",
        name_en="Hemu Agriculture",
        account="hemu",
        jobs=460,
        sizes=TUNING,
        median_minutes=66,
        spread=1.4,
        tail=0.05,
        topups=((0, 20_000),),
        award=Award(rate_percent=30, cap_yuan=8_000),
        promotion_yuan=1_500,
    ),
    Tenant(
        code="haiyan-acoustics",
        name="海燕声学技术有限公司",
        name_en="Haiyan Acoustics",
        account="haiyan",
        jobs=560,
        sizes=TUNING,
        median_minutes=52,
        spread=1.4,
        tail=0.05,
        topups=((0, 14_000),),
    ),
    Tenant(
        code="panshi-inspection",
        name="磐石工业检测有限公司",
        name_en="Panshi Industrial Inspection",
        account="panshi",
        jobs=520,
        sizes=INFERENCE,
        median_minutes=130,
        spread=1.3,
        tail=0.05,
        topups=((0, 12_000), (20, 5_000)),
        size_class="micro",
    ),
    Tenant(
        code="liuying-avatars",
        name="流萤数字人科技有限公司",
        name_en="Liuying Digital Humans",
        account="liuying",
        jobs=470,
        sizes=TUNING,
        median_minutes=58,
        spread=1.4,
        tail=0.05,
        topups=((0, 15_000),),
        award=Award(rate_percent=30, cap_yuan=3_000),
        second_account="liuying-studio",
    ),
    Tenant(
        code="mochi-archives",
        name="墨池古籍智能有限公司",
        name_en="Mochi Archives",
        account="mochi",
        jobs=300,
        sizes=TUNING,
        median_minutes=70,
        spread=1.4,
        tail=0.05,
        topups=((0, 14_000),),
        size_class="micro",
    ),
    Tenant(
        code="yongding-university",
        name="永定河理工大学",
        name_en="Yongding University of Technology",
        account="yongding-teaching",
        jobs=1500,
        sizes=TEACHING,
        median_minutes=70,
        spread=1.3,
        tail=0.03,
        topups=((0, 10_000),),
        price_class="",
        in_kind_card_hours=4_500,
        source=SOURCE_FILES,
        kind="university",
        size_class=None,
        log_in="yongding",
    ),
)
