"""What the lines of an assessment are about: their phrases, split if the whole isn't one condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cleanclaim.notes.passages import Sentence
from cleanclaim.notes.tables import words

_VERB: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|presents?|presented|reports?|reported|denies|continues?|continued|recommend(?:ed)?|discussed|advised|"
    r"explained|reviewed|prescribed|ordered|appears?|believe|think|suspect|feels?|should|would|could|can|may|we|she|he|they|patient)\b",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"^(?:start|stop|continue|increase|decrease|begin|order|refer|referral|follow|return|check|repeat|obtain|schedule|avoid|take|use|encourage|"
    r"counsel|discuss|monitor|call|see|give|given|switch|add|hold|resume|consider|recommend|advise|plan|medical treatment|medical reasoning|"
    r"additional testing|patient education|patient agreements|treatment|reasoning|education|rtc|will|i|we|he|she|they|please|labs?|prescri\w+)\b",
    re.IGNORECASE,
)
_THEN: Final = re.compile(
    r"[,;]\s+(?:(?:will|to|plan to|we will|i will|please|and)\s+)?(?:start|stop|continu(?:e|ed|ing)|increas(?:e|ed|ing)|decreas(?:e|ed|ing)|begin|order(?:ed)?|"
    r"refer(?:red)?|check(?:ed)?|repeat(?:ed)?|obtain|schedule|monitor(?:ed|ing)?"
    r"|switch(?:ed)?|add(?:ed)?|resume|hold|taper|wean|recheck|follow(?:ed)? by|managed by)\b",
    re.IGNORECASE,
)
"""Where what is done about a condition begins."""
_INTRO: Final = re.compile(
    r"(?:my |our |the )?(?:overall |clinical |working |final )?(?:impression|assessment|diagnosis) (?:is"
    r"|was|remains) (?:that of |that (?:he|she|they|this patient) (?:has|have) )?(?:an? |the )?"
    r"|(?:in (?:summary|conclusion)|to summari[sz]e|overall), (?:he|she|they"
    r"|this (?:patient|man|woman|child)|the patient|[A-Z]\w+\.? \w+) (?:has|have) (?:an? )?",
    re.IGNORECASE,
)
"""How a sentence begins that says what the visit found."""
_IN_PATIENT: Final = re.compile(r"\bin (?:an? |this |the )?(?:patient|pt) with\b", re.IGNORECASE)
_IN_YEAR: Final = re.compile(r"[\s,(]+(?:in\s+)?(?:19|20)\d\d\)?$")
_NONE: Final = re.compile(r"\s*(?:n/a\b|none\b(?!\s+\w)|nil\b)", re.IGNORECASE)
_LONGEST: Final = 22
"""The most words of a phrase."""
_JOINTS: Final = re.compile(
    r"\s*(?:,|;|/(?=\s)|\s[&+](?=\s)|\s[-\u2013\u2014]+\s|\band\b|\bwith\b|\bw/|\bdue to\b|\bsecondary to\b"
    r"|\bin (?:the )?setting of\b|\bin (?:an? |this |the )?(?:patient|pt) with\b|\bas a result of\b|\bcaused by\b|\bfrom\b|"
    r"(?=\bmetastatic to\b)|(?<=\w )s/p\b|(?<=\w )status[- ]post\b|\bversus\b|\bvs\.?\b|\b(?:most )?likely\b|"
    r"\bprobabl[ey]\b|\bpossibl[ey]\b|\bsuspected\b|\bconsistent with\b|\bconcerning for\b|\bcomplicated by\b|\bwithout\b|\bbut\b|"
    r"\brule out\b|\bsuspect\b)\s*",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(
    r"\b(?:versus|vs|likely|probabl[ey]|possibl[ey]|suspect(?:ed)?|consistent with|concerning for|concern for|rule out|r/o|questionable|"
    r"presumed|without|negative|denies|no)\b|\?",
    re.IGNORECASE,
)
_LEADING: Final = re.compile(
    r"^\s*(?:an? old|old|an?|the|newly diagnosed|new diagnosis of|(?:ed|er|hospital) follow[- ]?up(?: and| for)?|(?:a |"
    r"an |the )?(?:personal |past medical |past |known )?(?:(?:history|hx) (?:of|significant for)|hx)|h/o|s/p|"
    r"status[ -]post|post|prior|previous|"
    r"(?:most )?likely|probable|possible|suspected|suspect|concern for|rule out|r/o|presumed|family history of|no|denies|follow[- ]?up (?:for|of|on)|"
    r"here for|evaluation of|presents (?:with|for)|new[- ]onset|pregnan\w+ (?:at )?\d+ weeks(?: gestation)?,?(?: with)?|"
    r"\d+ weeks pregnant(?:,| with)?|complaints? of|diagnosis of|regarding|resolved|acute on chronic)\s+",
    re.IGNORECASE,
)
_NEUTRAL: Final = re.compile(
    r"^\s*(?:follow|here|evaluation|presents|new|complaint|diagnosis|regarding)", re.IGNORECASE
)
_CAUSE: Final = re.compile(
    r"\b(?:due to|secondary to|caused by|as a result of|from)\s*$", re.IGNORECASE
)
_BARE: Final = words("body") | words("joint") | words("state")
_EQUALS: Final = re.compile(r"^\s*(?:,|;|[&+]|and\b|,\s*and\b)", re.IGNORECASE)
_WEEKS: Final = re.compile(
    r",?\s*(?:at |in )?\d{1,2}[\s-]+weeks?(?:'| of)?\s+(?:gestation\w*|pregnan\w*)\W*$",
    re.IGNORECASE,
)
Span = tuple[int, int]


_CARE_WORD: Final = (
    r"(?:bed |pelvic )?rest|(?:oral |iv |clear |plenty of |push )?fluids?|(?:oral )?hydration|ice|heat|elevation|compression|reassurance|observation"
    r"|supportive (?:care|measures)|stretching|exercise|diet|gargles?|humidifier|bandage"
)
_CARE: Final = re.compile(rf"(?:{_CARE_WORD})(?:(?:\s*[,/&+]\s*|\s+and\s+|,?\s+and\s+)(?:{_CARE_WORD}))*", re.IGNORECASE)  # fmt: skip
"""A phrase that names care only, and no condition."""


def phrase(note: str, sentence: Sentence) -> Span | None:
    """Return the phrase that a line of the assessment is about; None if it is prose or an action.

    >>> from cleanclaim.notes.passages import sentences
    >>> note = "ASSESSMENT: Asthma: continue albuterol."
    >>> start, end = phrase(note, sentences(note)[0])
    >>> note[start:end]
    'Asthma'
    """
    text = note[sentence.start : sentence.end]
    first = sentence.start
    if intro := _INTRO.match(text):
        first, text = first + intro.end(), text[intro.end() :]
    label = re.match(r"([^:.]{3,70}):(?:\s|$)", text)
    if label:
        text = label[1]
    if (then := _THEN.search(text)) and then.start():
        text = text[: then.start()]
    dash = re.match(r"(.{3,120}?)\s+[-\u2013\u2014]+\s+\w", text)
    if dash and not _VERB.search(dash[1]):
        text = dash[1]
    if (
        not text.strip(" .,")
        or _NONE.match(text)
        or _ACTION.match(text.strip())
        or _CARE.fullmatch(text.strip(" .,;"))
    ):
        return None
    if _VERB.search(_IN_PATIENT.sub(" ", text)) or len(text.split()) > _LONGEST:
        return None
    end = first + len(text.rstrip(" .,;:"))
    return (first, end) if end > first else None


def is_doubtful(text: str) -> bool:
    """Return true if a phrase has a word that holds for one of its parts only."""
    return _DOUBT.search(text) is not None


def stripped(note: str, span: Span) -> Span:
    """Return a phrase without the words before it that say whether it is there."""
    start, end = span
    while match := _LEADING.match(note[start:end]):
        start += match.end()
    if match := _IN_YEAR.search(note[start:end]):
        end = start + match.start()
    if match := _WEEKS.search(note[start:end]):
        end = start + match.start()
    return start, end


def pieces(note: str, span: Span) -> Iterator[Span]:
    """Yield the parts of a phrase between its conjunctions."""
    start, end = span
    at = start
    for match in _JOINTS.finditer(note, start, end):
        if match.start() > at:
            yield at, match.start()
        at = match.end()
    if at < end:
        yield at, end


def follows_cause(note: str, span: Span) -> bool:
    """Return true if the words before a phrase say that it is the cause of what is before them."""
    return _CAUSE.search(note[max(0, span[0] - 40) : span[0]]) is not None


def joins_equals(note: str, before: Span, after: Span) -> bool:
    """Return true if two phrases are joined as equals: by a comma, "and" or a semicolon."""
    return _EQUALS.match(note[before[1] : after[0]]) is not None


def is_bare(text: str) -> bool:
    """Return true if a phrase has only a part of the body, a side or a state: no condition.

    >>> is_bare("right ring finger"), is_bare("healing well"), is_bare("right knee pain")
    (True, True, False)
    """
    return all(one in _BARE for one in re.findall(r"[a-z]+", text.lower()))
