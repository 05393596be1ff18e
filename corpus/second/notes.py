"""Claims with the note of the visit, which doesn't support them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from corpus.case import Case
from corpus.second.make import bad, c, k, ok

SIGNED = "Electronically signed by A. Sample, MD"
OCG = "ICD-10-CM Official Guidelines "
E_M = "CPT evaluation and management guidelines, 2021 and 2023; 1995 and 1997 Documentation Guidelines"


def n(
    head: str,
    dx: str,
    lines: str,
    note: str,
    *,
    line: int | None = None,
    bad_dx: int | None = None,
    signed: str = SIGNED,
    day: str = "",
    sex: str | None = None,
) -> Callable[[Random], Case]:
    """A case with a note: its date and signature are added."""
    text = f"DATE OF SERVICE: {day or head.split()[1]}\n{note}\n{signed}\n"
    return k(c(f"{head} 11", dx, lines, sex=sex, note=text), line=line, dx=bad_dx)


PLAN = "ASSESSMENT AND PLAN:\n1. Hypertension, at goal. Continue lisinopril 10 mg daily.\n"

bad(
    "note-lacks-diagnosis", "DOC101", "A diagnosis that the note doesn't have.", OCG + "IV.J",
    n("commercial 2024-03-05", "I10 E119", "99213@1,2", PLAN, bad_dx=2), n("medicare 2023-05-16", "I10 J449", "99213@1,2", PLAN + "Lungs clear.", bad_dx=2), n("medicaid 2025-02-04", "K219 I10", "99213@1,2", PLAN, bad_dx=1),
    n("commercial 2022-08-09", "I10 G4733", "99214@1,2", PLAN + "2. Hyperlipidemia. Continue atorvastatin.", bad_dx=2), n("tricare 2026-01-13", "I10 M1711", "99213@1,2", PLAN, bad_dx=2),
    also="DOC121 DOC122 DOC120 EM105",
)  # fmt: skip
bad(
    "note-denies-diagnosis", "DOC102", "A diagnosis that the note denies.", OCG + "IV.J; III",
    n("commercial 2024-03-12", "I10 R0789", "99213@1,2", "HISTORY: Denies chest pain.\n" + PLAN, bad_dx=2), n("medicare 2023-06-13", "I10 E119", "99213@1,2", PLAN + "No diabetes: A1c 5.4.", bad_dx=2), n("medicaid 2025-03-04", "J069 J189", "99213@1,2", "ASSESSMENT AND PLAN:\n1. Upper respiratory infection. No pneumonia on the film. Fluids and rest.\n", bad_dx=2),
    n("commercial 2022-09-13", "I10 R42", "99213@1,2", "HISTORY: Denies dizziness.\n" + PLAN, bad_dx=2), n("tricare 2026-02-10", "I10 R0602", "99213@1,2", "HISTORY: Denies shortness of breath.\n" + PLAN, bad_dx=2),
    also="DOC101 DOC122 DOC120 EM105",
)  # fmt: skip
bad(
    "note-of-a-relative", "DOC103", "A diagnosis of a relative.", OCG + "I.C.21.c.4",
    *[n(f"commercial {day}", f"I10 {code}", "99213@1,2", f"FAMILY HISTORY: {who}.\n" + PLAN, bad_dx=2) for day, code, who in (("2024-04-02", "E119", "Mother has type 2 diabetes"), ("2023-07-11", "C189", "Father died of colon cancer"), ("2025-04-08", "J45909", "Sister has asthma"), ("2022-10-04", "I2510", "Brother had coronary artery disease"), ("2026-03-03", "F329", "Mother has depression"))],
    also="DOC101 DOC122 DOC120 EM105 DX117 DX115",
)  # fmt: skip
bad(
    "note-of-the-past", "DOC104", "A diagnosis that is over.", OCG + "IV.J; I.C.2.m",
    *[n(f"medicare {day}", f"I10 {code}", "99213@1,2", f"PAST MEDICAL HISTORY: {what}.\n" + PLAN, bad_dx=2, sex=sex) for day, code, what, sex in (("2024-05-07", "C50911", "History of breast cancer of the right side, mastectomy in 2010, no evidence of disease", "F"), ("2023-08-15", "J189", "Pneumonia in 2015, resolved", None), ("2025-05-13", "I639", "Stroke in 2018", None), ("2022-11-08", "C189", "History of colon cancer, resected in 2009", None), ("2026-04-14", "K8000", "Gallstones, gallbladder removed in 2012", None))],
    also="DOC101 DOC122 DOC120 EM105 DX117",
)  # fmt: skip
bad(
    "note-only-suspects", "DOC105", "A diagnosis that is only suspected.", OCG + "IV.H",
    *[n(f"commercial {day}", f"I10 {code}", "99214@1,2", PLAN + f"2. {what}.\n", bad_dx=2) for day, code, what in (("2024-06-04", "J189", "Possible pneumonia; chest x-ray ordered"), ("2023-09-19", "K8000", "Suspected gallstones; ultrasound ordered"), ("2025-06-17", "E119", "Rule out diabetes; A1c ordered"), ("2022-12-06", "M069", "Questionable rheumatoid arthritis; antibodies ordered"), ("2026-05-12", "G4733", "Likely obstructive sleep apnea; sleep study ordered"))],
    also="DOC101 DOC122 DOC120 DOC121 EM105",
)  # fmt: skip
bad(
    "note-of-other-side", "DOC106", "The other side than the note's.", OCG + "I.B.13",
    *[n(f"commercial {day}", code, "99213", f"ASSESSMENT AND PLAN:\n1. {what}. Ibuprofen as needed.\n", bad_dx=1) for day, code, what in (("2024-07-02", "M1712", "Primary osteoarthritis of the right knee"), ("2023-10-17", "M25511", "Pain in the left shoulder"), ("2025-07-15", "H6691", "Acute otitis media of the left ear"), ("2022-06-07", "M79672", "Pain in the right foot"), ("2026-06-02", "M7711", "Lateral epicondylitis of the left elbow"))],
    also="DOC101 DOC108 DOC109 DOC122 DOC120 EM105 DOC107",
)  # fmt: skip
bad(
    "note-says-more", "DOC107", "A code less specific than the note.", OCG + "I.B.2; I.B.18",
    *[n(f"medicare {day}", code, "99213", f"ASSESSMENT AND PLAN:\n1. {what}.\n", bad_dx=1) for day, code, what in (("2024-08-06", "M179", "Primary osteoarthritis of the right knee. Injection next month"), ("2023-11-07", "J45909", "Moderate persistent asthma with acute exacerbation. Prednisone 40 mg"), ("2025-08-12", "M25569", "Pain in the left knee. Ice and rest"), ("2022-07-12", "N189", "Chronic kidney disease stage 4. Refer to nephrology"), ("2026-01-20", "I509", "Acute on chronic systolic heart failure. Furosemide increased"))],
    also="DOC122 DOC120 EM105 DX115 DX117",
)  # fmt: skip
bad(
    "note-says-less", "DOC108", "A code more specific than the note.", OCG + "I.B.18; IV.H",
    *[n(f"commercial {day}", code, "99213", f"ASSESSMENT AND PLAN:\n1. {what}.\n", bad_dx=1) for day, code, what in (("2024-09-03", "J4541", "Asthma. Continue albuterol"), ("2023-12-05", "N184", "Chronic kidney disease. Labs in three months"), ("2025-09-16", "I5023", "Heart failure. Continue furosemide"), ("2022-08-16", "E1142", "Type 2 diabetes. Continue metformin"), ("2026-02-24", "M1711", "Osteoarthritis of the knee. Naproxen"))],
    also="DOC101 DOC106 DOC109 DOC122 DOC120 EM105",
)  # fmt: skip
bad(
    "note-contradicts", "DOC109", "A code that the note contradicts.", OCG + "I.A.19; IV.J",
    *[n(f"commercial {day}", code, "99213", f"ASSESSMENT AND PLAN:\n1. {what}.\n", bad_dx=1) for day, code, what in (("2024-10-08", "E109", "Type 2 diabetes, at goal. Continue metformin"), ("2023-02-14", "I5032", "Chronic systolic heart failure. Continue carvedilol"), ("2025-10-14", "N184", "Chronic kidney disease stage 3a. Labs in six months"), ("2022-09-20", "K2100", "Gastroesophageal reflux disease without esophagitis. Continue omeprazole"), ("2026-03-10", "J4541", "Mild intermittent asthma, uncomplicated. Albuterol as needed"))],
    also="DOC101 DOC108 DOC107 DOC122 DOC120 EM105",
)  # fmt: skip
bad(
    "note-without-assessment", "DOC110", "A chronic condition that is on a list, and not assessed.", OCG + "IV.J; CMS, Medicare Advantage risk adjustment, record validation",
    *[n(f"medicare {day}", f"I10 {code}", "99213@1,2", f"PAST MEDICAL HISTORY: {what}.\n" + PLAN, bad_dx=2) for day, code, what in (("2024-01-09", "J449", "COPD"), ("2023-03-07", "E119", "Type 2 diabetes"), ("2025-01-14", "F32A", "Depression"), ("2022-10-11", "I4891", "Atrial fibrillation"), ("2026-04-07", "N1830", "Chronic kidney disease stage 3"))],
    also="DOC101 DOC104 DOC122 DOC120 EM105 DX122",
)  # fmt: skip
bad(
    "note-symptom-of-condition", "DOC111 DX128", "A symptom of a condition that the note has.", OCG + "I.B.5; IV.D",
    *[n(f"commercial {day}", f"{code} {symptom}", "99213@1,2", f"ASSESSMENT AND PLAN:\n1. {what}.\n", bad_dx=2) for day, code, symptom, what in (("2024-02-06", "J189", "R059", "Pneumonia with cough. Azithromycin"), ("2023-04-11", "N390", "R300", "Urinary tract infection with dysuria. Nitrofurantoin"), ("2025-02-18", "J029", "R070", "Acute pharyngitis with throat pain. Salt water"), ("2022-11-15", "J209", "R059", "Acute bronchitis with cough. Fluids"), ("2026-05-05", "A084", "R197", "Viral gastroenteritis with diarrhea. Fluids"))],
    also="DOC122 DOC120 EM105 DX107",
)  # fmt: skip
bad(
    "note-lacks-service", "DOC112", "A service that the note doesn't have.", E_M + "; CPT; Program Integrity Manual, ch. 3, 3.6.2.1",
    *[n(f"commercial {day}", dx, f"99213-25 {code}", PLAN, line=2) for day, dx, code in (("2024-03-19", "I10", "93000"), ("2023-05-23", "I10", "20610-RT"), ("2025-03-11", "I10", "94010"), ("2022-08-23", "I10", "17110"), ("2026-02-03", "I10", "69210"))],
    also="DOC101 DOC122 DOC120 EM105 DOC114",
)  # fmt: skip
bad(
    "note-service-of-other-side", "DOC113", "A procedure on the other side than the note's.", "CPT; Program Integrity Manual, ch. 3, 3.6.2.1",
    *[n(f"commercial {day}", dx, line, f"ASSESSMENT AND PLAN:\n1. {what}\n", line=1) for day, dx, line, what in (
        ("2024-04-16", "M1711", "20610-LT", "Osteoarthritis of the right knee. PROCEDURE: The right knee was injected with triamcinolone 40 mg after sterile preparation."), ("2023-06-20", "M1712", "20610-RT", "Osteoarthritis of the left knee. PROCEDURE: The left knee was aspirated and injected."), ("2025-04-15", "H6122", "69210-RT", "Impacted cerumen of the left ear. PROCEDURE: Cerumen was removed from the left ear with a curette."),
        ("2022-09-27", "M7541", "20610-LT", "Impingement of the right shoulder. PROCEDURE: The right shoulder was injected."), ("2026-03-24", "G5602", "20526-RT", "Carpal tunnel syndrome, left. PROCEDURE: The left carpal tunnel was injected."))],
    also="LNK106 DOC122 DOC120 EM105 DOC107",
)  # fmt: skip
bad(
    "note-without-separate-work", "DOC114", "A visit with 25, and a note of nothing but the procedure.", "NCCI Policy Manual, ch. I, D; " + E_M,
    *[n(f"commercial {day}", dx, f"99213-25 {code}", f"PROCEDURE NOTE\n{what}\n", line=1) for day, dx, code, what in (
        ("2024-05-14", "M1711", "20610-RT", "The patient returns for the planned injection. The right knee was injected with triamcinolone 40 mg. Tolerated well."), ("2023-07-18", "B078", "17110", "Return for the planned treatment. Five warts were frozen with liquid nitrogen. Tolerated well."), ("2025-05-20", "H6121", "69210-RT", "Here for removal of ear wax. Impacted cerumen was removed from the right ear with a curette."),
        ("2022-10-18", "L570", "17000", "Planned. One actinic keratosis was frozen."), ("2026-04-21", "L600", "11730-TA", "Planned nail avulsion. After a block the left great toenail was avulsed."))],
    also="DOC122 DOC120 EM105 DOC107 DOC112",
)  # fmt: skip
THERAPY = "PHYSICAL THERAPY DAILY NOTE\nASSESSMENT: Low back pain, improving.\nTREATMENT: {}\n"
bad(
    "note-without-minutes", "DOC115", "A timed service without its minutes.", "Medicare Claims Processing Manual, ch. 5, 20.2",
    *[n(f"medicare {day}", "M5450", line, THERAPY.format(what), line=1, signed="Signed by L. Invented, DPT") for day, line, what in (("2024-06-18", "97110-GP*2", "Therapeutic exercise."), ("2023-08-22", "97140-GP", "Manual therapy to the lumbar spine."), ("2025-06-24", "97530-GP*2", "Therapeutic activities."), ("2022-12-13", "97112-GP", "Neuromuscular re-education."), ("2026-05-19", "97110-GP", "Therapeutic exercise for strength."))],
    also="DOC116 DOC122",
)  # fmt: skip
bad(
    "note-of-fewer-minutes", "DOC116", "More units than the minutes give.", "Medicare Claims Processing Manual, ch. 5, 20.2.C",
    *[n(f"medicare {day}", "M5450", line, THERAPY.format(what), line=1, signed="Signed by L. Invented, DPT") for day, line, what in (("2024-07-16", "97110-GP*3", "Therapeutic exercise 25 minutes."), ("2023-09-26", "97140-GP*2", "Manual therapy 15 minutes."), ("2025-07-22", "97110-GP*4", "Therapeutic exercise 45 minutes."), ("2022-07-19", "97530-GP*2", "Therapeutic activities 20 minutes."), ("2026-06-09", "97112-GP*2", "Neuromuscular re-education 10 minutes."))],
    also="DOC122",
)  # fmt: skip
bad(
    "note-of-another-visit", "DOC117", "A visit of another category than the note's.", E_M,
    *[n(f"commercial {day}", "I10", code, what + "\n" + PLAN, line=1) for day, code, what in (("2024-08-20", "99203", "HISTORY: Established patient, here for follow-up."), ("2023-10-24", "99213", "HISTORY: New patient, here to establish care."), ("2025-08-19", "99204", "HISTORY: This established patient returns."), ("2022-08-30", "99214", "HISTORY: New patient visit; never seen here before."), ("2026-01-27", "99202", "HISTORY: Established patient. Follow-up of blood pressure."))],
    also="EM105 DOC122",
)  # fmt: skip
bad(
    "note-not-signed", "DOC118", "A note that nobody signed.", "Program Integrity Manual, ch. 3, 3.3.2.4",
    *[n(f"medicare {day}", "I10", "99213", PLAN, signed=signed) for day, signed in (("2024-09-17", "Signature pending"), ("2023-11-14", "Unsigned draft"), ("2025-09-23", "Not yet signed"), ("2022-09-06", "Awaiting signature"), ("2026-02-17", "[unsigned]"))],
    also="EM105",
)  # fmt: skip
bad(
    "note-of-another-day", "DOC119", "A note of another day.", "Program Integrity Manual, ch. 3, 3.3.2.5",
    *[n(f"commercial {day}", "I10", "99213", PLAN, day=other) for day, other in (("2024-10-22", "2024-10-15"), ("2023-01-24", "2023-01-23"), ("2025-10-21", "2025-09-21"), ("2022-11-29", "2021-11-29"), ("2026-03-31", "2026-04-01"))],
    also="EM105",
)  # fmt: skip
bad(
    "note-drug-without-diagnosis", "DOC120", "A drug that the patient takes for a condition that isn't coded or told.", OCG + "I.C.21.c.3; IV.J",
    *[n(f"commercial {day}", "I10", "99213", f"MEDICATIONS: {drug}; lisinopril 10 mg daily.\n" + PLAN) for day, drug in (("2024-01-23", "metformin 1000 mg twice daily"), ("2023-02-28", "levothyroxine 75 mcg daily"), ("2025-01-28", "insulin glargine 20 units nightly"), ("2022-07-26", "sertraline 50 mg daily"), ("2026-04-28", "donepezil 10 mg nightly"))],
    also="EM105",
)  # fmt: skip
bad(
    "note-service-not-billed", "DOC121", "A service in the note that isn't billed.", "CPT",
    *[n(f"commercial {day}", dx, "99213", PLAN + f"2. {what}\n") for day, dx, what in (
        ("2024-02-20", "I10 R002", "Palpitations. An ECG was performed in the office and interpreted by me: normal sinus rhythm."), ("2023-03-21", "I10 M1711", "Osteoarthritis of the right knee. The right knee was injected with triamcinolone 40 mg."), ("2025-02-25", "I10 H6121", "Impacted cerumen of the right ear, removed with a curette."),
        ("2022-08-02", "I10 B078", "Three warts were frozen with liquid nitrogen."), ("2026-05-26", "I10 J45909", "Asthma. Spirometry was performed in the office."))],
    also="EM105 DOC107 DOC122",
)  # fmt: skip
bad(
    "note-condition-not-billed", "DOC122", "A condition that is treated and not billed.", OCG + "IV.J",
    *[n(f"medicare {day}", "I10", "99213", PLAN + f"2. {what}\n") for day, what in (("2024-03-26", "Type 2 diabetes with diabetic neuropathy. Gabapentin increased."), ("2023-04-25", "COPD with acute exacerbation. Prednisone 40 mg for five days."), ("2025-03-25", "Hypothyroidism. Levothyroxine increased to 88 mcg."), ("2022-09-06", "Gout of the left foot. Colchicine."), ("2026-06-16", "Major depression, recurrent, moderate. Sertraline started."))],
    also="EM105 DX122",
)  # fmt: skip
bad(
    "note-of-another-level", "EM105", "A level above or below the note's.", E_M,
    *[n(f"commercial {day}", dx, code, what, line=1) for day, dx, code, what in (
        ("2024-04-23", "J069", "99215", "HISTORY: Runny nose for two days. No fever.\nASSESSMENT AND PLAN:\n1. Common cold. Rest and fluids.\n"), ("2023-05-02", "I10", "99215", PLAN), ("2025-04-29", "L700", "99205", "HISTORY: New patient. Pimples.\nASSESSMENT AND PLAN:\n1. Acne. Over-the-counter benzoyl peroxide.\n"),
        ("2022-10-25", "J309", "99214", "HISTORY: Sneezing in spring.\nASSESSMENT AND PLAN:\n1. Allergic rhinitis, mild. Rest; no treatment needed.\n"), ("2026-02-10", "R5383", "99215", "ASSESSMENT AND PLAN:\n1. Fatigue. Sleep more.\n"))],
    also="DOC122 DOC117 DOC110 DOC108",
)  # fmt: skip
ok(
    "right-with-note", "A claim that its note supports, in spite of words that mislead.", E_M + "; " + OCG + "IV",
    n("commercial 2024-05-28", "I10", "99213", "FAMILY HISTORY: Mother has diabetes.\nHISTORY: Denies chest pain.\n" + PLAN), n("medicare 2023-06-27", "M1711 I10", "99214-25@2 20610-RT@1", PLAN + "2. Primary osteoarthritis of the right knee. Discussed options. PROCEDURE: The right knee was injected with triamcinolone 40 mg.\nMonitor renal function for lisinopril; labs ordered: BMP.\n"),
    n("medicare 2025-05-27", "M5450", "97110-GP*2", THERAPY.format("Therapeutic exercise 30 minutes."), signed="Signed by L. Invented, DPT"), n("commercial 2022-11-22", "E1165 Z794", "99214@1,2", "ASSESSMENT AND PLAN:\n1. Type 2 diabetes with hyperglycemia, A1c 9.8, not at goal. Insulin glargine increased to 24 units.\n"),
    n("medicare 2026-05-12", "J441", "99214", "HISTORY: Established patient, more short of breath and wheezing for three days.\nASSESSMENT AND PLAN:\n1. COPD with acute exacerbation. Prednisone 40 mg for five days; doxycycline.\n"),
)  # fmt: skip
