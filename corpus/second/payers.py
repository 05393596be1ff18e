"""Payers' own rules: facts that payers published, and an invented payer's pack (`examples/payers`)."""

from __future__ import annotations

from typing import Any

from corpus.second.make import bad, c, k, ok

AETNA: dict[str, Any] = {"payer_id": "60054"}
CIGNA: dict[str, Any] = {"payer_id": "62308"}
HUMANA: dict[str, Any] = {"payer_id": "61101"}
HORIZON: dict[str, Any] = {"payer_id": "22099"}
UHC: dict[str, Any] = {"payer_id": "87726"}
ANY: dict[str, Any] = {"payer_id": "99999", "payer_name": "ANY PAYER"}
BCBS_NC: dict[str, Any] = {"payer_name": "BLUE CROSS NC"}
BCBS_MI: dict[str, Any] = {"payer_name": "BCBS OF MICHIGAN"}
INDEPENDENCE: dict[str, Any] = {"payer_name": "INDEPENDENCE BLUE CROSS"}
PACK: dict[str, Any] = {"in_pack": True}

bad(
    "payer-filing-limit", "PAY102 CLM113", "Later than the payer's own limit.", "Payers' filing limits, as published",
    *[k(c(f"commercial {day} 11", "I10", "99213", submitted_date=sent, billing_state="NC", billing_zip_code="276010000", **who)) for day, sent, who in (
        ("2025-03-04", "2025-07-15", AETNA), ("2024-02-06", "2024-08-13", HORIZON), ("2023-05-09", "2023-08-22", HUMANA), ("2022-01-18", "2022-08-02", CIGNA), ("2026-01-13", "2026-07-21", UHC))],
)  # fmt: skip
bad(
    "payer-does-not-pay", "PAY103", "A code that the payer doesn't pay.", "Payers' policies on consultations and audio-only visits",
    *[k(c(f"commercial {day} {where}", "M5450", line, **who), line=1) for day, where, line, who in (
        ("2023-02-07", "11", "99243", AETNA), ("2022-06-14", "11", "99244", CIGNA), ("2024-09-10", "11", "99243", UHC), ("2025-01-21", "10", "99213-93", AETNA), ("2026-03-17", "11", "99243", {**ANY, **PACK}))],
    also="PX111",
)  # fmt: skip
bad(
    "payer-modifier-rule", "PAY104", "A modifier that the payer wants is missing.", "Payers' policies on therapy and virtual care",
    *[k(c(f"commercial {day} {where}", "M5450", line, **who), line=1) for day, where, line, who in (
        ("2023-10-10", "11", "97110", UHC), ("2022-11-22", "11", "97140", UHC), ("2023-04-04", "02", "99213", CIGNA), ("2025-05-13", "10", "99214", CIGNA), ("2026-05-19", "11", "97112", {**ANY, **PACK}))],
)  # fmt: skip
bad(
    "payer-place", "PAY105", "A place of service that the payer doesn't allow for it.", "Payers' telehealth policies",
    *[k(c(f"commercial {day} {where}", "I10", line, **who), line=1) for day, where, line, who in (
        ("2024-03-12", "11", "99213-95", UHC), ("2025-06-10", "11", "99214-GT", UHC), ("2024-10-15", "11", "99213-95", HORIZON), ("2023-09-12", "11", "99213-95", CIGNA), ("2026-06-02", "11", "99213-95", {**ANY, **PACK}))],
    also="PX111",
)  # fmt: skip
bad(
    "payer-bundles", "PAY106", "A code that the payer doesn't pay next to another.", "BCBSNC, Bundling Guidelines; the invented payer's manual, 7.3",
    k(c("commercial 2019-05-21 21", "M4316", "22630@1 63047-59@1", admission_date="d", **BCBS_NC), line=2),
    k(c("commercial 2023-06-13 21", "M4316", "63030-59@1 22630@1", admission_date="d", **BCBS_NC), line=1),
    k(c("commercial 2026-02-24 11", "E119", "83036-QW 36415", clia_number=1, referring_npi=1, **ANY, **PACK), line=2), k(c("commercial 2026-04-07 11", "I10", "36415 80053", clia_number=1, referring_npi=1, **ANY, **PACK), line=1),
    k(c("commercial 2026-05-05 11", "I10", "80061 36415", clia_number=1, referring_npi=1, **ANY, **PACK), line=2),
    also="NCCI101 NCCI102 NCCI103 MOD115",
)  # fmt: skip
bad(
    "payer-authorization", "PAY107", "A scan without the payer's authorization.", "The invented payer's manual, 8.1",
    *[k(c(f"commercial {day} 11", "R519", line, referring_npi=1, **ANY, **PACK), line=1) for day, line in (("2026-01-20", "70450"), ("2026-02-10", "70486"), ("2026-03-24", "71250"), ("2026-04-21", "71275"), ("2026-06-09", "70496"))],
)  # fmt: skip
bad(
    "payer-frequency", "PAY108", "More often than the payer pays.", "The invented payer's manual, 9.2",
    *[k(c(f"commercial {day} 11", "Z0000", code, age=age, **ANY, **PACK), earlier=[c(f"commercial {before} 11", "Z0000", code, age=age, **ANY, **PACK)], line=1) for before, day, code, age in (
        ("2026-01-13", "2026-06-16", "99396", 50), ("2026-02-03", "2026-05-12", "99395", 30), ("2026-01-06", "2026-03-31", "99396", 45), ("2026-03-03", "2026-06-23", "99395", 25), ("2026-01-27", "2026-04-28", "99396", 60))],
    also="HX102",
)  # fmt: skip
bad(
    "payer-documentation", "PAY109 CLM120", "The payer wants a record or a drug's number that isn't sent.", "Payers' policies on modifier 22, ambulance and drugs",
    *[k(c(f"commercial {day} {where}", dx, line, **more), line=1) for day, where, dx, line, more in (
        ("2025-02-11", "24", "K8000", "47562-22", AETNA), ("2024-07-02", "24", "K4090", "49505-22-RT", BCBS_MI), ("2023-03-14", "11", "M1711", "J1885*2", HUMANA), ("2024-11-12", "11", "E538", "J3420", HUMANA), ("2026-03-10", "24", "K8000", "47562-22", {**ANY, **PACK}))],
    also="PX115 MOD110",
)  # fmt: skip
bad(
    "payer-substitutes", "PAY110", "A code in place of which the payer wants another.", "BCBSM, telehealth codes; the invented payer's bulletin 4",
    *[k(c(f"commercial {day} {where}", "I10", line, **who), line=1) for day, where, line, who in (
        ("2025-08-12", "10", "99213", BCBS_MI), ("2025-11-04", "02", "99214-95", BCBS_MI), ("2026-01-06", "11", "99213-95", BCBS_MI), ("2026-04-14", "10", "99214", {**ANY, **PACK}), ("2026-05-26", "02", "99203", {**ANY, **PACK}))],
    also="PX111",
)  # fmt: skip
bad(
    "payer-pays-less", "PAY111", "The payer reviews or lowers the payment.", "Payers' policies on levels and modifier 25",
    *[k(c(f"commercial {day} 11", "I10 L570", line, **who), line=1) for day, line, who in (
        ("2023-01-17", "99214", AETNA), ("2025-07-22", "99215", AETNA), ("2024-02-20", "99213-25@1 17000@2", INDEPENDENCE), ("2025-10-07", "99213-93~10", BCBS_NC), ("2026-02-17", "99213-25@1 17000@2", {**ANY, **PACK}))],
)  # fmt: skip
ok(
    "right-for-the-payer", "Claims just within a payer's own rules.", "The same policies",
    k(c("commercial 2025-03-04 11", "I10", "99213", submitted_date="2025-06-24", billing_state="NC", billing_zip_code="276010000", **AETNA)), k(c("commercial 2021-06-15 11", "M545", "99243", **AETNA)), k(c("commercial 2024-03-12 10", "I10", "99213-95", **UHC)),
    k(c("commercial 2023-10-10 11", "M5450", "97110-GP", **UHC)), k(c("commercial 2026-01-20 11", "R519", "70450", referring_npi=1, prior_authorization_number="A123456", **ANY, **PACK)), k(c("commercial 2026-05-05 11", "E119", "83036-QW", clia_number=1, referring_npi=1, **ANY, **PACK)),
    k(c("commercial 2025-12-02 11", "I10", "99213", **HUMANA)),
)  # fmt: skip
