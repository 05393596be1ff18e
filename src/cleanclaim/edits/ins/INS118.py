"""INS118: a discharge status that contradicts the type of bill or the date of death."""

from __future__ import annotations

from datetime import date

import polars as pl

from cleanclaim.edits.edit import Disposition, Source, fails, passes, row_edit
from cleanclaim.edits.samples import institutional

_READ = date(2026, 11, 28)
_DIED = ["20", "40", "41", "42"]
_STAY = {"bill_type_code": "111", "admission_date": "2026-05-10"}
_STATUS = pl.col("discharge_disposition_code")
_IS_INTERIM = pl.col("is_inpatient") & pl.col("bill_type_code").str.contains(r"^..[23]$") & (_STATUS != "30")
_ONLY_HOSPICE = (pl.col("claim_type") == "institutional") & _STATUS.is_in(["40", "41", "42"]) & ~pl.col("bill_type_code").str.contains(r"^8[12]")
_ONLY_OUTPATIENT = pl.col("is_inpatient") & (_STATUS == "09")
_DIED_LATER = pl.col("is_inpatient") & _STATUS.is_in(_DIED) & (pl.col("patient_death_date") > pl.col("to_date"))
_DIED_BEFORE = pl.col("is_inpatient") & ~_STATUS.is_in(_DIED) & (pl.col("patient_death_date") < pl.col("to_date"))


def _what() -> pl.Expr:
    return (
        pl.when(_IS_INTERIM).then(pl.lit("is on an interim bill, which needs 30 (still a patient)"))
        .when(_ONLY_HOSPICE).then(pl.lit("is for hospice claims only"))
        .when(_ONLY_OUTPATIENT).then(pl.lit("is for outpatient claims only"))
        .when(_DIED_LATER).then(pl.lit("says that the patient died, but the date of death is after the stay"))
        .otherwise(pl.lit("says that the patient lives, but the date of death is before the end of the stay"))
        .alias("what")
    )  # fmt: skip


@row_edit(
    table="claims",
    code="INS118",
    name="discharge-status-contradicted",
    disposition=Disposition.RETURN,
    carc="16",
    rarc="MA43",
    source=(
        Source("Medicare Claims Processing Manual", "chapter 25, section 75.2, FL 17", "CMS", _READ),
        Source("Medicare Claims Processing Manual", "chapter 1, section 50.2 (frequency of billing); chapter 3, section 40 (interim bills)", "CMS", _READ),
        Source("Definitions of Medicare Code Edits", "edit 16, invalid discharge status", "CMS", _READ),
    ),
    column="claims.discharge_disposition_code",
    evidence=(
        "discharge_disposition_code",
        "bill_type_code",
        _what(),
        pl.when(_ONLY_OUTPATIENT | (_ONLY_HOSPICE & pl.col("is_inpatient"))).then(16).alias("mce_edit"),
    ),
    message="The discharge status {discharge_disposition_code} {what}.",
    suggestion="Check the discharge status, the type of bill and the dates.",
    examples=(
        fails(
            "home on the first of several bills",
            institutional(**{**_STAY, "bill_type_code": "112"}, claim_frequency_code="2", discharge_disposition_code="01"),
            says="30",
        ),
        fails(
            "dead on a bill that isn't the last",
            institutional(**{**_STAY, "bill_type_code": "113"}, claim_frequency_code="3", discharge_disposition_code="20"),
            says="interim",
        ),
        passes("still there", institutional(**{**_STAY, "bill_type_code": "112"}, claim_frequency_code="2", discharge_disposition_code="30")),
        passes("home on the last bill", institutional(**{**_STAY, "bill_type_code": "114"}, claim_frequency_code="4", discharge_disposition_code="01")),
        passes("an outpatient series", institutional(bill_type_code="132", claim_frequency_code="2", discharge_disposition_code="01")),
        fails("a hospice's status on a hospital's bill", institutional(**_STAY, discharge_disposition_code="41"), says="hospice"),
        fails("at home, on a hospital's bill", institutional(**_STAY, discharge_disposition_code="40"), says="hospice"),
        fails("at a place unknown, on a hospital's bill", institutional(discharge_disposition_code="42"), says="hospice"),
        passes("on a hospital-based hospice's bill", institutional(bill_type_code="821", discharge_disposition_code="40")),
        passes("died at home after an outpatient visit", institutional(discharge_disposition_code="01", patient_death_date="2026-05-11")),
        passes("died later, at home", institutional(**_STAY, discharge_disposition_code="01", patient_death_date="2026-06-11")),
        passes("died earlier than the last day billed", institutional(**_STAY, discharge_disposition_code="20", patient_death_date="2026-05-11")),
        passes("an outpatient who died later", institutional(discharge_disposition_code="20", patient_death_date="2026-06-11")),
        passes("on a hospice's bill", institutional(bill_type_code="811", discharge_disposition_code="41")),
        fails("admitted from the outpatient department", institutional(**_STAY, discharge_disposition_code="09"), says="outpatient"),
        passes("on the outpatient bill", institutional(discharge_disposition_code="09")),
        fails("died after the stay", institutional(**_STAY, discharge_disposition_code="20", patient_death_date="2026-05-14"), says="after the stay"),
        passes("died in the stay", institutional(**_STAY, discharge_disposition_code="20", patient_death_date="2026-05-12")),
        fails("went home after the death", institutional(**_STAY, discharge_disposition_code="01", patient_death_date="2026-05-11"), says="lives"),
        passes("died on the day of discharge", institutional(**_STAY, discharge_disposition_code="50", patient_death_date="2026-05-12")),
        passes("no status is another fault", institutional(**_STAY, discharge_disposition_code=None)),
    ),
)
def discharge_status_contradicted() -> pl.Expr:
    """A discharge status that the type of bill or the date of death contradicts.

    An interim bill (frequency 2 or 3) of a stay says that the patient is still there; only the last bill says where the patient went. Statuses 40 to 42
    belong to hospices, and status 09 to outpatient visits that became a stay; the Medicare Code Editor refuses them on a stay (edit 16). A patient who died during the stay can't have left alive.

    What to do: take the status from the discharge note, and check the type of bill.
    """
    return _IS_INTERIM | _ONLY_HOSPICE | _ONLY_OUTPATIENT | _DIED_LATER | _DIED_BEFORE
