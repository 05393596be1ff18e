"""The words of a note as the code lists have them: abbreviations in full, a bone's distal end as its lower end."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from cleanclaim.notes.tables import rows

_BONE: Final = (
    r"(?P<bone>radi(?:us|al)|uln(?:a|ar)|humer(?:us|al)|fem(?:ur|oral)|tibi(?:a|al)|fibul(?:a|ar))"
)
_END: Final = re.compile(
    rf"\b(?P<of>of (?:the )?)?(?P<first>(?:left|right)\s+)?(?P<end>distal|proximal)\s+"
    rf"(?P<side>(?:left|right)\s+)?{_BONE}\b",
    re.IGNORECASE,
)
_BONES: Final = {"radial": "radius", "ulnar": "ulna", "humeral": "humerus", "femoral": "femur", "tibial": "tibia", "fibular": "fibula"}  # fmt: skip
_REGIONS: Final = {
    **dict.fromkeys(("shoulder", "arm", "forearm", "upper arm", "elbow", "wrist", "hand", "finger", "thumb"), "upper limb, including shoulder"),
    **dict.fromkeys(("hip", "thigh", "leg", "lower leg", "calf", "shin", "knee", "ankle", "foot", "heel", "toe"), "lower limb, including hip"),
    **dict.fromkeys(("back", "chest", "abdomen", "trunk", "flank", "buttock"), "trunk"),
    **dict.fromkeys(("scalp", "neck"), "scalp and neck"),
    **dict.fromkeys(("cheek", "forehead", "temple", "chin", "face"), "other parts of face"),
    "nose": "nose",
    "ear": "ear and external auricular canal",
}  # fmt: skip
"""The regions of the skin as chapter 2 names them."""
_KINDS: Final = {"melanoma in situ": "melanoma in situ of", "melanoma": "malignant melanoma of", "nev": "melanocytic nevi of"}  # fmt: skip
_ORGANS: Final = {"liver": "liver and intrahepatic bile duct", "bones": "bone", "lungs": "lung"}
_BITE: Final = re.compile(
    r"\b(?:dog|cat|human|animal|rat|monkey|raccoon)\s+bites?\b"
    r"(?:\s*(?:,|of|to|on|-)\s*)?(?:the\s+)?(?P<site>[^,;.]*)",
    re.IGNORECASE,
)
_VEIN: Final = re.compile(r"\b(?:dvt|deep vein thrombosis)\s+(?:of|in)\s+(?:the\s+)?(?P<where>[^,;.]*\bvein)s?\b", re.IGNORECASE)  # fmt: skip
_SPREAD: Final = re.compile(
    r"\b(?:metastatic (?:disease )?to|metasta(?:sis|ses) (?:to|in|of)|mets (?:to|in)|metastasized to|spread to)"
    r"\s+(?:the\s+)?(?P<site>\w+)",
    re.IGNORECASE,
)
_IN_SITU: Final = r"(?:(?:squamous cell )?carcinoma|scc) in situ|bowen'?s disease"
_SKIN: Final = re.compile(
    rf"\b(?P<kind>{_IN_SITU}|melanoma in situ|(?:malignant )?melanoma|"
    r"(?:(?:dysplastic|atypical|benign|melanocytic) )?(?:nevus|nevi))\b[\s,]*(?:of |on |at )?(?:the )?"
    rf"(?:skin of )?(?P<side>(?:left|right)\b)?\s*(?:\w+ )?(?P<site>{'|'.join(_REGIONS)})s?\b",
    re.IGNORECASE,
)
_LIMB: Final = re.compile(
    r"\b(?:skin |cutaneous )?(?P<kind>abscess|cellulitis|furuncle|carbuncle)\b[\s,]*(?:of |on |at |in )?(?:the )?"
    r"(?P<side>(?:left|right)\b)?\s*"
    r"(?:(?P<lower>thigh|(?:lower )?leg|calf|shin|knee|ankle)|(?P<upper>(?:upper )?arm|forearm|elbow|wrist|shoulder))\b",
    re.IGNORECASE,
)
_FOOT: Final = re.compile(
    r"\bfoot ulcer\b,?\s+(?:of|on|at|to)?\s*(?:the\s+)?(?P<side>(?:left|right)\s+)?(?:plantar\s+)?(?P<site>heel|midfoot|ankle)\b",
    re.IGNORECASE,
)
_LEVEL: Final = r"L[1-5](?:\s?[-/]\s?(?:L?[2-5]|S1))?"
_DISC: Final = re.compile(
    rf"\b(?:herniated|bulging|ruptured|slipped) (?:lumbar |intervertebral )?dis[ck](?: (?:at|of))?,? (?P<level>{_LEVEL})\b"
    rf"|\b(?P<before>{_LEVEL}) dis[ck] (?:herniation|protrusion|bulge|extrusion)",
    re.IGNORECASE,
)
_DEGREE: Final = re.compile(r"\b(?:(?:1st|2nd|3rd|first|second|third)[- ]degree|(?:partial|full)[- ]thickness|superficial)\b[\s,]*", re.IGNORECASE)  # fmt: skip
_ROOT: Final = re.compile(r"\b(?P<level>[CTLS]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?)\s+(?:nerve root )?radicul(?:opathy|itis)\b", re.IGNORECASE)  # fmt: skip
_BROKEN: Final = re.compile(
    r"\b(?:osteoporotic (?:vertebral )?compression fracture|compression fracture[^,;]*,? ?(?:due to )?osteopor\w+)"
    r"(?: (?:of )?[TL]\d{1,2}(?: vertebra)?)?",
    re.IGNORECASE,
)
_ENCOUNTER: Final = re.compile(r"[,;]?\s*\(?\b(?:initial|subsequent) encounter\b(?: for [\w ]+)?\)?", re.IGNORECASE)  # fmt: skip
_OF_EYE: Final = {
    "OD": "right eye", "OS": "left eye", "OU": "both eyes", "NPDR": "nonproliferative diabetic retinopathy", "PDR": "proliferative diabetic retinopathy",
    "DME": "macular edema", "CSME": "macular edema", "ME": "macular edema", "NS": "nuclear sclerosis", "NSC": "nuclear sclerosis",
    "POAG": "primary open angle glaucoma",
    "PVD": "posterior vitreous detachment", "RD": "retinal detachment", "DES": "dry eye syndrome", "MGD": "meibomian gland dysfunction",
    "PSC": "posterior subcapsular cataract", "PCO": "posterior capsule opacification", "ERM": "epiretinal membrane", "AMD": "macular degeneration",
    "ARMD": "macular degeneration", "BRVO": "branch retinal vein occlusion", "CRVO": "central retinal vein occlusion", "SPK": "superficial punctate keratitis",
    "OHT": "ocular hypertension", "NVG": "neovascular glaucoma", "ACG": "angle closure glaucoma", "POHS": "presumed ocular histoplasmosis",
}  # fmt: skip
_EYE: Final = re.compile(r"(?<![\w/.])(OD|OS|OU|NPDR|PDR|POAG|CSME|ARMD|BRVO|CRVO)(?![\w/])")
"""Abbreviations of eye care only."""
_EYE_SHORT: Final = re.compile(
    r"(?<![\w/.])(DME|ME|NSC|NS|PVD|RD|DES|MGD|PSC|PCO|ERM|AMD|SPK|OHT|NVG|ACG|POHS)(?![\w/])"
)
"""Abbreviations that are of eye care beside words of it."""
_IS_EYE: Final = re.compile(
    r"\b(?:eyes?|retin\w+|macula\w*|cataracts?|glaucoma|vitre\w+|corneal?)\b", re.IGNORECASE
)
_LETTER: Final = re.compile(r"(?<![\w.'/-])([LR]|(?i:lt|rt))\.?(?=\s+(?!spine|carnitine)[a-z])")
_LEGS: Final = re.compile(r"\b(?:both legs|bilateral legs|legs bilaterally)\b", re.IGNORECASE)


def as_listed(words: str) -> str:
    """Return a phrase as the code lists word it.

    >>> as_listed("MDD, recurrent"), as_listed("torus fracture of distal left radius")
    ('major depressive disorder, recurrent', 'torus fracture of lower end of left radius')
    >>> as_listed("dog bite, right hand")
    'open bite of right hand'
    """
    said = _ENCOUNTER.sub("", words)
    said = _SKIN.sub(_of_region, said)
    said = _LIMB.sub(_of_limb, said)
    said = _DISC.sub(_of_disc, said)
    if "burn" in said.lower():
        said = _DEGREE.sub("", said)
    said = _ROOT.sub(_of_root, said)
    said = _BROKEN.sub(
        "age-related osteoporosis with current pathological fracture, vertebra, initial encounter for fracture",
        said,
    )
    said = _SPREAD.sub(_spread, said)
    said = _VEIN.sub(r"embolism and thrombosis of \g<where>", said)
    for short, long in _shorts():
        said = short.sub(long, said)
    said = _END.sub(_lower_or_upper, said)
    said = _BITE.sub(lambda match: f"open bite of {match['site']}" if match["site"].strip() else match[0], said)  # fmt: skip
    return " ".join(_LEGS.sub("bilateral lower extremities", said).split())


def as_spelled(words: str) -> str:
    """Return a phrase with the abbreviations of eye care in full, and a foot ulcer at its own part of the foot.

    >>> as_spelled("mild NPDR OD"), as_spelled("NS OU")
    ('mild nonproliferative diabetic retinopathy right eye', 'nuclear sclerosis both eyes')
    """
    words = _LETTER.sub(lambda match: "left" if match[1][0] in "Ll" else "right", words)
    if "diabet" not in words.lower():
        words = _FOOT.sub(lambda match: f"ulcer of {match['side'] or ''}{match['site']}", words)
    said = _EYE.sub(lambda match: _OF_EYE[match[1]], words)
    return _EYE_SHORT.sub(lambda match: _OF_EYE[match[1]], said) if said != words or _IS_EYE.search(words) else said  # fmt: skip


def _of_region(match: re.Match[str]) -> str:
    kind = match["kind"].lower()
    named = next((listed for said, listed in _KINDS.items() if said in kind), "carcinoma in situ of skin of")  # fmt: skip
    return f"{named} {match['side'] or ''} {_REGIONS[match['site'].lower()]}"


def _of_limb(match: re.Match[str]) -> str:
    kind = "cutaneous abscess" if match["kind"].lower() == "abscess" else match["kind"]
    return f"{kind} of {match['side'] or ''} {'lower' if match['lower'] else 'upper'} limb"


def _of_disc(match: re.Match[str]) -> str:
    level = match["level"] or match["before"]
    return f"other intervertebral disc displacement, {'lumbosacral' if 's1' in level.lower() else 'lumbar'} region"


def _of_root(match: re.Match[str]) -> str:
    level = match["level"].upper()
    region = (
        "lumbosacral"
        if "S" in level
        else {"C": "cervical", "T": "thoracic", "L": "lumbar"}[level[0]]
    )
    return f"{region} radiculopathy"


def _spread(match: re.Match[str]) -> str:
    site = match["site"].lower()
    return f"secondary malignant neoplasm of {_ORGANS.get(site, site)}"


def _lower_or_upper(match: re.Match[str]) -> str:
    bone = match["bone"].lower()
    end = "lower" if match["end"].lower() == "distal" else "upper"
    return f"{match['of'] or 'of '}{end} end of {match['first'] or match['side'] or ''}{_BONES.get(bone, bone)}"


@cache
def _shorts() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(rf"\b(?:{row['short']})\b", re.IGNORECASE), row["long"]) for row in rows("short")]  # fmt: skip
