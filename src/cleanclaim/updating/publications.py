"""Where each publication is, and how its files are named.

A pattern finds the links on a page; its groups identify the release, so that the newest is chosen.
If a release has several files, all of them are chosen.

Source: the publishers' own pages, as named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_MONTHS: Final = {"january": 1, "april": 2, "july": 3, "october": 4}
_CMS: Final = "https://www.cms.gov"
_PUBLISHERS: Final = {
    "www.cms.gov": frozenset({"www.cms.gov", "downloads.cms.gov"}),
    "www.medicaid.gov": frozenset({"www.medicaid.gov"}),
}
"""Each publisher's hosts, by the host of its pages: files are downloaded only from these."""
_NCCI: Final = f"{_CMS}/medicare/coding-billing/national-correct-coding-initiative-ncci-edits"


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication.

    Attributes:
        name: the name that a user gives to update it.
        page: its page.
        pattern: matches its file names, with the groups `year` and, if the name has them,
            `quarter`, `month` or `letter`.
        needs_terms: its files have CPT codes and are distributed under the AMA's terms.
        fixed: addresses that never change, for a publication without a page of releases.
    """

    name: str
    page: str
    pattern: re.Pattern[str]
    needs_terms: bool
    fixed: tuple[str, ...] = ()

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of its publisher."""
        return _PUBLISHERS[urlsplit(self.page).netloc]

    def rank(self, file_name: str) -> tuple[int, int] | None:
        """Return a file's year and quarter; None if it isn't a file of this publication."""
        found = self.pattern.search(file_name)
        if found is None:
            return None
        parts = {name: value for name, value in found.groupdict().items() if value}
        year = int(parts.get("year", "0"))
        year += 2000 if 0 < year < 100 else 0
        if "quarter" in parts:
            return year, int(parts["quarter"])
        if "month" in parts:
            month = parts["month"].lower()
            return year, _MONTHS[month] if month in _MONTHS else int(month)
        return year, "ABCD".find(parts.get("letter", "A").upper()) + 1


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


PUBLICATIONS: Final = (
    Publication(
        "ncci-ptp-practitioner",
        f"{_NCCI}/medicare-ncci-procedure-procedure-ptp-edits",
        _pattern(
            r"medicare-ncci-(?P<year>20\d{2})-?q(?P<quarter>[1-4])-practitioner-ptp-edits-ccipra-v\d+r\d+-f[1-4]\.zip$"
        ),
        needs_terms=True,
    ),
    Publication(
        "ncci-ptp-hospital",
        f"{_NCCI}/medicare-ncci-procedure-procedure-ptp-edits",
        _pattern(
            r"medicare-ncci-(?P<year>20\d{2})-?q(?P<quarter>[1-4])-hospital-ptp-edits-ccioph-v\d+r\d+-f[1-4]\.zip$"
        ),
        needs_terms=True,
    ),
    Publication(
        "ncci-mue",
        f"{_NCCI}/medicare-ncci-medically-unlikely-edits",
        _pattern(
            r"medicare-ncci-(?P<year>20\d{2})-?q(?P<quarter>[1-4])-(?:practitioner|facility-outpatient-hospital|dme-supplier)-services-mue-table\.zip$"
        ),
        needs_terms=True,
    ),
    Publication(
        "ncci-add-on",
        f"{_NCCI}/medicare-ncci-add-code-edits",
        _pattern(r"add-code-edits-medicare-effective-(?P<month>\d{2})\d{2}(?P<year>20\d{2})\.zip$"),
        needs_terms=True,
    ),
    Publication(
        "medicaid-ncci",
        "https://www.medicaid.gov/medicaid/program-integrity/national-correct-coding-initiative-medicaid/medicaid-ncci-edit-files",
        _pattern(
            r"medicaid-ncci-(?:q(?P<quarter>[1-4])-)?(?P<year>20\d{2})(?:-q[1-4])?-(?:ptp|mue)-edits-[a-z-]+\.zip$"
        ),
        needs_terms=True,
    ),
    Publication(
        "mpfs",
        f"{_CMS}/medicare/payment/fee-schedules/physician/pfs-relative-value-files",
        _pattern(r"rvu(?P<year>\d{2})(?P<letter>[a-d])[a-z0-9-]*\.zip$"),
        needs_terms=True,
    ),
    Publication(
        "clfs",
        f"{_CMS}/medicare/payment/fee-schedules/clinical-laboratory-fee-schedule-clfs/files",
        _pattern(r"clfs-cy(?P<year>20\d{2})-q(?P<quarter>[1-4])v\d+\.zip$"),
        needs_terms=True,
    ),
    Publication(
        "asp",
        f"{_CMS}/medicare/payment/part-b-drugs/asp-pricing-files",
        _pattern(
            r"(?P<month>january|april|july|october)-(?P<year>20\d{2})-(?:asp-pricing-file|medicare-part-b-payment-limit-files)[a-z0-9-]*\.zip$"
        ),
        needs_terms=True,
    ),
    Publication(
        "hcpcs",
        f"{_CMS}/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update",
        _pattern(
            r"(?P<month>january|april|july|october)-(?P<year>20\d{2})-alpha-numeric-hcpcs-files?\.zip$"
        ),
        needs_terms=False,
    ),
    Publication(
        "icd10cm",
        f"{_CMS}/medicare/coding-billing/icd-10-codes",
        _pattern(
            r"(?:(?P<month>april)-\d-)?(?P<year>20\d{2})-(?:code-descriptions-tabular-order|code-tables-tabular-index|conversion-table|poa-exempt-codes)\.zip$"
        ),
        needs_terms=False,
    ),
    Publication(
        "telehealth",
        f"{_CMS}/medicare/coverage/telehealth/list-services",
        _pattern(r"list-telehealth-services-calendar-year-(?P<year>20\d{2})[a-z0-9-]*\.zip$"),
        needs_terms=True,
    ),
    Publication(
        "coverage",
        "https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
        _pattern(r"(?:current_article|current_lcd|ncd)\.zip$"),
        needs_terms=True,
        fixed=tuple(
            f"https://downloads.cms.gov/medicare-coverage-database/downloads/exports/{name}.zip"
            for name in ("current_article", "current_lcd", "ncd")
        ),
    ),
)
