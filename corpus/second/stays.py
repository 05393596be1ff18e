"""A fourth batch: bills of every kind of institution, and services against the patient's earlier claims."""

from __future__ import annotations

from typing import Any

from corpus.second.hospital import stay
from corpus.second.make import bad, c, k, ok

CPM = "Medicare Claims Processing Manual, "
GUIDE = "ICD-10-CM Official Guidelines, "
TODAY: dict[str, Any] = {"admission_date": "d"}
NURSING: dict[str, Any] = {**TODAY, "billing_taxonomy_code": "314000000X", "discharge_disposition_code": "30"}
HOME: dict[str, Any] = {**TODAY, "billing_taxonomy_code": "251E00000X"}
HOSPICE: dict[str, Any] = {**TODAY, "billing_taxonomy_code": "251G00000X", "discharge_disposition_code": "30"}
DIED: dict[str, Any] = {"billing_taxonomy_code": "251G00000X", "admission_date": "2024-05-01", "to_date": "2024-06-20"}
DIALYSIS: dict[str, Any] = {"billing_taxonomy_code": "261QE0700X", "to_date": "2024-08-31"}
RURAL: dict[str, Any] = {"billing_taxonomy_code": "261QR1300X"}
CENTER: dict[str, Any] = {"billing_taxonomy_code": "261QF0400X"}
QUALIFIED = ["HI*BI:70:RD8:20240825-20240830"]
PLACED = ["HI*BE:61:::35614*BE:85:::37183"]
PLACE = ["HI*BE:61:::35614"]
WEIGHED = "HI*BE:A8:::80.5*BE:A9:::170"
SURGEON: dict[str, Any] = {"operating_npi": 1}
LAB: dict[str, Any] = {"referring_npi": 1, "clia_number": 1}
REF: dict[str, Any] = {"referring_npi": 1}
HOME_BILL = c(
    "medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/Q5001$0 0551/G0299*4+3", to_date="2024-03-30", discharge_disposition_code="30", segments=PLACED, **HOME
)
HOSPICE_BILL = c("medicare 2024-06-01 812", "C3490", "0651/Q5001*30", to_date="2024-06-30", segments=PLACE, **HOSPICE)
NURSING_BILL = c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", segments=QUALIFIED, **NURSING)
FORM = "ENV002 ENV003 DX111 DX112 DX115 INS108 INS109 INS119 INS168"

bad(
    "bill-without-its-line", "INS154", "A line without which the bill can't be paid: the payment group, the place of home health.", CPM + "ch. 6 §30, ch. 10 §40.2",
    k(c("medicare 2023-03-01 211", "S72001D a:S72001D", "0120*14 0420*10", to_date="2023-03-15", discharge_hour="1000", segments=["HI*BI:70:RD8:20230220-20230226"], **NURSING | {"discharge_disposition_code": "06"})),
    k(c("medicare 2024-03-01 329", "I5032", "0551/G0299*4 0421/G0151*3 0551/Q5001", to_date="2024-03-30", segments=PLACED, **HOME)),
    k(c("medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/G0299*4+3 0551/G0299*4+9", to_date="2024-03-30", segments=PLACED, **HOME), hard=True),
    also=FORM,
)  # fmt: skip
bad(
    "payment-group-wrong", "INS155", "A payment group that is missing, or of another system or time.", CPM + "ch. 6 §30.1, ch. 10 §10.1.8",
    k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022*30 0120*30", to_date="2024-09-30", segments=QUALIFIED, **NURSING), line=1),
    k(c("medicare 2021-09-01 212", "S72001D a:S72001D", "0022/RUB10*30 0120*30", to_date="2021-09-30", segments=["HI*BI:70:RD8:20210825-20210830"], **NURSING), line=1, hard=True),
    also=FORM,
)  # fmt: skip
bad(
    "bill-without-its-code", "INS153", "An occurrence, span or value code that the bill needs.", CPM + "ch. 1, 3, 6, 8, 10 and 11; CR 7792",
    k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", **NURSING)), k(c("medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/Q5001 0551/G0299*4+3 0551/G0299*4+9", to_date="2024-03-30", **HOME)),
    k(c("medicare 2024-06-01 814", "C3490", "0651/Q5001*20", segments=PLACE, discharge_disposition_code="40", **DIED)), k(stay("medicare 2024-03-04 111", "I639", "0120*5", nights=5, discharge_disposition_code="20")),
    k(stay("medicare 2024-03-04 111", "I639", "0120*5 0180*2$0", nights=7), hard=True), k(c("medicare 2024-08-01 721", "N186 D631", "0821/90999-V5 0821/90999-V5+2 0634/Q4081-JA*40+2", segments=[WEIGHED, "HI*BG:71"], **DIALYSIS), hard=True),
    k(c("medicare 2024-08-12 131", "F332", "0905/90853 0905/G0410")), k(c("medicare 2024-08-12 131", "R0789", "0540/A0429-SH-QN 0540/A0425-SH-QN*8")),
    also=FORM + " NCCI102",
)  # fmt: skip
bad(
    "bill-line-without-procedure", "INS117", "A visit, a doctor's fee or hours of observation without a procedure code.", CPM + "ch. 4 §§250.2 and 290, ch. 9 §50, ch. 10 §40.2",
    k(c("medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/Q5001 0551/G0299*4+3 0421*3+5", to_date="2024-03-30", segments=PLACED, **HOME), line=4), k(c("medicare 2024-02-12 711", "I10", "0521", **RURAL), line=1),
    k(c("medicare 2024-02-12 851", "R0789 r:R0789", "0450/99284 0981"), line=2), k(c("medicare 2024-08-12 131", "R0789", "0762*20 0450/99284"), line=1),
    also=FORM,
)  # fmt: skip
bad(
    "hospice-line", "INS156", "A level of hospice care without its place, at the wrong place, or too short.", CPM + "ch. 11 §§30.1 and 30.3",
    k(c("medicare 2024-06-01 812", "C3490", "0651*30", to_date="2024-06-30", segments=PLACE, **HOSPICE), line=1), k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*29 0652/Q5001*20+29", to_date="2024-06-30", segments=PLACE, **HOSPICE), line=2, hard=True),
    k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*25 0656/Q5001*5+25", to_date="2024-06-30", segments=["HI*BE:61:::35614*BE:G8:::35614"], **HOSPICE), line=2),
    also=FORM,
)  # fmt: skip
bad(
    "diagnosis-of-the-bill", "INS157", "A principal diagnosis that hospice or home health can't have, or dialysis without N18.6.", CPM + "ch. 8 §50.3, ch. 11 §30.3",
    k(c("medicare 2024-06-01 812", "R54", "0651/Q5001*30", to_date="2024-06-30", segments=PLACE, **HOSPICE), dx=1), k(c("medicare 2024-03-01 329", "M6281", "0023/1EA11 0551/Q5001 0551/G0299*4+3", to_date="2024-03-30", segments=PLACED, **HOME), dx=1, hard=True),
    k(c("medicare 2024-08-01 721", "I120", "0821/90999-V5 0821/90999-V5+2", segments=[WEIGHED, "HI*BG:71"], **DIALYSIS)),
    also=FORM,
)  # fmt: skip
bad(
    "clinic-visit-without-cg", "INS159", "A rural health clinic's visit without CG.", CPM + "ch. 9 §50",
    k(c("medicare 2024-02-12 711", "I10", "0521/99213", **RURAL), line=1), k(c("medicare 2019-05-13 711", "F411", "0900/90834", **RURAL), line=1),
)  # fmt: skip
bad(
    "hospital-ambulance", "INS164 MOD121", "A hospital's ambulance without how it was arranged, or without the places.", CPM + "ch. 15 §30.2",
    k(c("medicare 2024-08-12 131", "R0789", "0540/A0429-QN 0540/A0425-QN*8", segments=["HI*BE:A0:::27601"]), line=1), k(c("medicare 2024-08-12 131", "R0789", "0540/A0429-SH 0540/A0425-SH*8", segments=["HI*BE:A0:::27601"]), line=2),
)  # fmt: skip
bad(
    "revenue-code-wrong", "INS160 INS165", "A revenue code that doesn't go with the procedure.", CPM + "ch. 5 §20, ch. 18 §20.4, ch. 25 §75.4",
    k(c("medicare 2024-08-12 131", "M5416", "0430/97110-GP*2"), line=1), k(c("medicare 2024-08-12 131", "R519", "0300/70450"), line=1), k(c("medicare 2024-08-12 131", "E119", "0320/80053"), line=1), k(c("medicare 2024-08-12 131", "R0789 r:R0789", "0510/99284"), line=1),
    k(c("medicare 2024-08-12 131", "C9000", "0510/G0463 0300/J9041-JZ*35"), line=2, hard=True), k(c("medicare 2024-08-12 131", "Z1231", "0510/77067", sex="F"), line=1), k(c("medicare 2024-08-12 131", "M5450", "0301/97110-GP*2"), line=1),
    k(c("medicare 2024-08-12 131", "H2511", "0310/66984-RT"), line=1), k(c("commercial 2024-08-12 131", "R0789", "0120*1 0510/G0463"), line=1),
)  # fmt: skip
bad(
    "line-without-companion", "PX115 MOD103", "A skin substitute or a vaccine that is half billed, and two marks that exclude each other.", "IOCE, edits 87 and 102; " + CPM + "ch. 18 §10.2.1",
    k(c("medicare 2024-08-12 131", "E11621 L97411", "0361/15275"), line=1), k(c("medicare 2024-10-14 131", "Z23", "0636/90662"), line=1), k(c("medicare 2024-08-12 131", "I10", "0510/G0463-PO-PN"), line=1),
)  # fmt: skip
bad(
    "procedure-out-of-place", "INS161", "An inpatient procedure code on an outpatient bill, or on a day outside the stay.", "45 CFR 162.1002; " + CPM + "ch. 25 §75.6",
    k(c("medicare 2024-08-12 131", "K8000", "0360/47562", segments=["HI*BBR:0FT44ZZ:D8:20240812"])), k(stay("medicare 2024-03-04 111", "K8000", segments=["HI*BBR:0FT44ZZ:D8:20240311"])),
    also=FORM,
)  # fmt: skip
bad(
    "days-and-dates", "INS158 INS167 INS138", "Days that don't add up, and dates outside the statement or in the future.", CPM + "ch. 3 §40.2.2, ch. 25 §75; IOCE, edit 23",
    k(stay("commercial 2024-03-04 111", "I639", "0120*9", nights=5)), k(stay("medicare 2024-03-04 111", "I639", "0120*5", nights=5, segments=["HI*BE:80:::9"])), k(stay("commercial 2024-03-04 111", "I639/Y", admission_date="2024-03-20")),
    k(c("commercial 2024-08-12 131", "I10", "0510/G0463+12", to_date="2024-08-12"), line=1), k(c("commercial 2024-08-12 131", "S39012A r:M5450", "0450/99283", segments=["HI*BH:05:D8:20260101"])),
    k(stay("medicare 2024-03-04 111", "F209/Y", "0124*5 0183*2$0", nights=7, segments=["HI*BI:74:RD8:20240308-20240306"])),
    also=FORM + " CLM112",
)  # fmt: skip
bad(
    "admission-of-another-kind", "INS105 INS130 INS166", "A newborn's admission that isn't, and an outpatient's reason on a stay.", "NUBC, FL 14, 15 and 70; " + GUIDE + "I.C.16.a.2",
    k(stay("medicaid 2024-03-04 111", "Z3800", "0170*2", nights=2, admit_type_code="4", admit_source_code="1", age=0)), k(stay("commercial 2024-03-04 111", "I639 r:R29810", "0120*5", nights=5)), k(stay("medicaid 2024-03-04 111", "Z3800 P599/Y", age=0.2), dx=1),
    also=FORM + " PX105 DX113",
)  # fmt: skip
bad(
    "principal-of-the-stay", "INS163 DX134 INS169 DX119 DX123 DX135", "A principal diagnosis that the guidelines put behind another one, and a delivery without its outcome.", GUIDE + "II.A, I.C.1.a.2, I.C.1.d.4, I.C.2.e, I.C.15.b.5, I.C.19",
    k(stay("medicare 2024-03-04 111", "R109/Y K3580/Y")), k(stay("medicare 2024-03-04 111", "J189/Y A419/Y")), k(stay("commercial 2024-03-04 111", "B59/Y B20/Y")), k(stay("commercial 2024-03-04 111", "C50911/Y Z5111", "0120*1", nights=1, sex="F")),
    k(stay("commercial 2024-03-04 111", "J9601/Y T402X1A/Y")), k(stay("commercial 2024-03-04 111", "T22211A/Y T24311A/Y X100XXA/Y")), k(stay("commercial 2024-03-04 111", "O701/Y Z3A39", sex="F", age=30)),
    also=FORM + " DX128",
)  # fmt: skip
bad(
    "operating-physician", "INS168", "Surgery without the physician who operated.", "837I guide, loop 2310B",
    k(stay("commercial 2024-03-04 111", "K8000/Y", "0120*3 0360", segments=["HI*BBR:0FT44ZZ:D8:20240304"])),
)  # fmt: skip
bad(
    "stay-against-stay", "INS162 INS152", "Stays that overlap, come back on the same day, or are sent twice.", CPM + "ch. 3 §§40.2.4 and 40.2.5, ch. 1 §50.2",
    k(stay("medicare 2024-03-06 111", "I639", "0120*5", nights=5), earlier=[stay("medicare 2024-03-04 111", "I639", "0120*5", nights=5)]), k(stay("medicare 2024-03-09 111", "I639", "0120*5", nights=5), earlier=[stay("medicare 2024-03-04 111", "I639", "0120*5", nights=5)]),
    k(stay("commercial 2024-03-04 111", "I639/Y"), earlier=[stay("commercial 2024-03-04 111", "I639/Y")]),
    k(stay("commercial 2024-04-10 113", "I639/Y", "0120*20", nights=19, admission_date="2024-03-04", discharge_disposition_code="30"), earlier=[stay("commercial 2024-03-04 112", "I639/Y", "0120*28", nights=27, discharge_disposition_code="30")]),
    also=FORM,
)  # fmt: skip
bad(
    "paid-to-another", "HX104 INS151", "A service that the payment of a stay, of home health or of a hospice covers.", CPM + "ch. 3 §40.3, ch. 6 §20.1, ch. 10 §20.1.1, ch. 11 §50",
    k(c("medicare 2024-09-10 131", "M5416", "0420/97110-GP*2"), earlier=[NURSING_BILL], line=1), k(c("medicare 2024-03-12 131", "M5450", "0420/97110-GP*2"), earlier=[HOME_BILL], line=1),
    k(c("medicare 2024-06-12 131", "I10", "0510/G0463"), earlier=[HOSPICE_BILL], line=1), k(c("medicare 2024-08-10 131", "I2510", "0320/71046"), earlier=[stay("medicare 2024-08-12 111", "I2510")], line=1),
)  # fmt: skip
bad(
    "after-death-and-again", "HX105 HX106", "A service after death, and an organ that is taken out twice.", CPM + "ch. 25 §75.2; NCCI Policy Manual, ch. I §V",
    k(c("medicare 2024-08-12 131", "I10", "0510/G0463"), earlier=[stay("medicare 2024-07-01 111", "I639/Y", discharge_disposition_code="20", segments=["HI*BH:55:D8:20240704"])], line=1),
    k(stay("commercial 2024-08-12 111", "D259/Y", "0120*2 0360", nights=2, sex="F", segments=["HI*BBR:0UT90ZZ:D8:20240812"], **SURGEON), earlier=[stay("commercial 2020-08-12 111", "D259/Y", "0120*2 0360", nights=2, sex="F", segments=["HI*BBR:0UT90ZZ:D8:20200812"], **SURGEON)]),
    also=FORM,
)  # fmt: skip
bad(
    "too-soon-again", "HX102", "A screening or counseling sooner or more often than Medicare pays for it.", "42 CFR 410.15 to 410.56; NCD 210",
    k(c("medicare 2024-08-13 11", "Z136 Z87891", "76706@1,2", sex="M", **REF), earlier=[c("medicare 2021-03-02 11", "Z136 Z87891", "76706@1,2", sex="M", **REF)], line=1), k(c("medicare 2024-08-13 81", "Z1211", "81528", **LAB), earlier=[c("medicare 2022-09-06 81", "Z1211", "81528", **LAB)], line=1),
    k(c("medicare 2024-08-13 11", "Z124", "Q0091 G0101", sex="F"), earlier=[c("medicare 2023-06-06 11", "Z124", "Q0091 G0101", sex="F")], line=2, hard=True), k(c("medicare 2024-08-13 22", "Z122 Z87891", "71271-26@1,2", age=68, **REF), earlier=[c("medicare 2024-01-09 22", "Z122 Z87891", "71271-26@1,2", age=67, **REF)], line=1),
    k(c("medicare 2024-08-13 81", "Z136", "80061", **LAB), earlier=[c("medicare 2022-09-06 81", "Z136", "80061", **LAB)], line=1, hard=True), k(c("medicare 2024-08-13 11", "Z1331", "G0444"), earlier=[c("medicare 2024-01-09 11", "Z1331", "G0444")], line=1),
    k(c("medicare 2024-08-13 11", "F17210", "99406"), earlier=[c(f"medicare 2024-0{m}-13 11", "F17210", "99406") for m in range(1, 8)] + [c("medicare 2024-08-06 11", "F17210", "99406")], line=1, hard=True),
    k(c("medicare 2024-08-13 81", "Z1151 Z124", "G0476@1,2", sex="F", age=60, **LAB), earlier=[c("medicare 2021-07-13 81", "Z1151 Z124", "G0476@1,2", sex="F", age=57, **LAB)], line=1),
)  # fmt: skip
ok(
    "bills-right-stays", "Right: stays that look wrong.", CPM + "ch. 3; " + GUIDE + "II and III",
    k(stay("medicare 2024-03-04 112", "I639", "0120*31", nights=30, discharge_disposition_code="30", segments=["HI*BE:80:::31"])), k(stay("medicare 2024-03-04 111", "I214", "0120*1", nights=1, to_date="d", discharge_disposition_code="02", segments=["HI*BG:40"])), k(stay("medicare 2024-08-09 111", "I2510/Y", "0120*3+3 0320+0", nights=6, admission_date="2024-08-12")),
    k(stay("medicaid 2024-03-04 111", "Z3800", "0171*2", nights=2, admit_type_code="4", admit_source_code="5", age=0)), k(stay("medicaid 2024-03-04 111", "O80 Z370 Z3A39", "0122*2", nights=2, age=13.5, sex="F")), k(stay("commercial 2024-03-04 111", "C50921/Y", "0120*1 0360", nights=1, sex="M", segments=["HI*BBR:0HTU0ZZ:D8:20240304"], **SURGEON)),
    k(stay("medicare 2024-03-04 111", "I639/Y E119/Y N179/N J9601/U I10/W Z794 Z87891")), k(stay("medicare 2024-03-04 111", "D66/Y", "0120*3 0636/J7192*2000", sex="M")), k(stay("medicare 2024-03-04 111", "F209/Y", "0124*5 0183*2$0", nights=7, segments=["HI*BI:74:RD8:20240306-20240307"])),
    k(stay("medicare 2024-03-04 117", "I639/Y", original_reference_number="21234567890123NCA", segments=["HI*BG:D1"])), k(stay("medicare 2024-03-04 111", "J189/Y A419/N", "0120*9", nights=9)), k(stay("commercial 2024-03-04 111", "Z5111 C50911/Y", "0120*1", nights=1, sex="F")),
    k(stay("medicare 2024-03-04 111", "I69351/Y", "0024/A0604*1$0 0128*12", nights=12, billing_taxonomy_code="283X00000X")), k(stay("medicare 2024-03-04 111", "K921/Y D6832/Y T45515A/Y Z7901")), k(stay("commercial 2024-03-04 111", "O30043/Y O6010X0/Y Z372 Z3A36", "0122*4 0360", nights=4, sex="F", age=31, segments=["HI*BBR:10D00Z1:D8:20240304"], **SURGEON)),
    k(stay("commercial 2024-03-04 111", "R55/Y", "0120*1", nights=1, to_date="d")), k(stay("medicare 2024-03-04 111", "S72141A/Y D62/N I10/Y W010XXA/Y Y92009", "0120*4 0360", nights=4, segments=["HI*BBR:0QS604Z:D8:20240305"], **SURGEON)), k(stay("commercial 2024-03-04 111", "F10231/Y", "0126*2", nights=2, discharge_disposition_code="07")),
    k(stay("medicare 2024-03-04 111", "A4151/Y R6521/Y N390/Y N179/Y J9601/Y", "0200*3 0120*5", nights=8)), k(stay("medicare 2024-03-04 111", "I130/Y I5033/Y N1832/Y E1122/Y Z794", "0120*5", nights=5)), k(stay("medicare 2024-03-04 111", "I63412/Y G8191/Y R4701/Y R29710/Y I10/Y Z7902", "0120*5", nights=5)),
    k(stay("commercial 2024-03-04 111", "T402X1A/Y J9601/Y F1110/Y", "0200*2", nights=2)), k(stay("medicare 2024-03-04 111", "F332/Y R45851/Y", "0124*9", nights=9, billing_taxonomy_code="283Q00000X")), k(stay("medicare 2024-03-04 111", "J9621/Y J441/Y Z9981", "0200*4 0206*2 0120*3", nights=9)),
    k(stay("medicaid 2024-03-04 111", "Z3801 P0716/Y P0733/Y P220/Y", "0174*20", nights=20, admit_type_code="4", admit_source_code="5", age=0, segments=["HI*BE:54:::1700"])), k(stay("medicaid 2024-03-04 111", "P220/Y P0716/Y P0733/Y", "0174*20", nights=20, admit_type_code="4", admit_source_code="6", age=0, segments=["HI*BE:54:::1700"])),
)  # fmt: skip
ok(
    "bills-right-others", "Right: bills of other institutions, and outpatient bills, that look wrong.", CPM + "ch. 4 to 11 and 18",
    k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*26 0655/Q5004*4+26", to_date="2024-06-30", segments=["HI*BE:61:::35614*BE:G8:::35614"], **HOSPICE)), k(c("medicare 2024-06-01 814", "C3490", "0651/Q5001*20 0551/G0299-PM*4+19", segments=["HI*BE:61:::35614", "HI*BH:55:D8:20240620"], discharge_disposition_code="40", **DIED)),
    k(c("medicare 2024-02-12 711", "I10 F411", "0521/99213-CG 0900/90834-CG", **RURAL)), k(c("medicare 2024-02-12 771", "I10", "0521/G0467 0521/99213", **CENTER)), k(c("medicare 2024-08-01 721", "N186 D631", " ".join(f"0821/90999-V5+{d}" for d in range(0, 28, 2)) + " 0634/Q4081-JA*40+2", segments=[WEIGHED + "*BE:48:::10.5*BE:D5:::1.4", "HI*BG:71", "HI*BH:51:D8:20240805"], **DIALYSIS)),
    k(c("medicare 2024-08-01 721", "N179", "0821/90999-V5 0821/90999-V5+2", segments=[WEIGHED, "HI*BG:84"], **DIALYSIS)), k(c("medicare 2024-08-12 131", "J069 r:R059", "0456/G0380")), k(c("medicare 2024-08-12 131", "R0789 r:R0789", "0450/99283 0450/99284-27", segments=["HI*BG:G0"])), k(c("medicare 2024-08-12 131", "R0789", "0540/A0429-SH-QN 0540/A0425-SH-QN*8", segments=["HI*BE:A0:::27601"])),
    k(c("medicare 2024-08-12 121", "I639", "0301/80053 0320/71046", segments=["HI*BG:W2"], **TODAY)), k(c("medicare 2024-09-01 211", "S72001D a:S72001D", "0022/KAQD1*14 0120*14 0420*20", to_date="2024-09-15", discharge_hour="1000", segments=QUALIFIED, **NURSING | {"discharge_disposition_code": "06"})),
    k(c("medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/Q5001$0 0551/G0299*4+3 0421/G0151*3+5 0571/G0156*4+6", to_date="2024-03-30", segments=PLACED, **HOME)), k(c("medicare 2024-09-01 210", "S72001D a:S72001D", "0120*30", to_date="2024-09-30", segments=["HI*BG:21"], **NURSING)),
    k(c("medicare 2024-08-01 131", "M5416", "0420/97110-GP*2 0420/97110-GP*2+7 0420/97140-GP+7", to_date="2024-08-31")), k(c("medicare 2024-08-12 131", "R0789 r:R0789", "0450/99284-25 0762/G0378*30 0300/80053 0730/93005", to_date="2024-08-13", admit_type_code="1")), k(c("medicare 2024-08-12 131", "I495", "0360/33208 0275/C1785 0278/C1898*2 0250")),
    k(c("medicare 2024-08-12 141", "E119", "0301/80053 0301/83036")), k(c("medicare 2024-08-12 131", "Z5111 C9000", "0335/96409 0636/J9041-JZ*35")), k(c("medicare 2024-10-14 131", "Z23", "0636/90662 0771/G0008")), k(c("medicare 2024-08-12 131", "F332", "0780/Q3014")), k(c("medicare 2024-08-12 131", "Z1231", "0403/77067", sex="F")),
    k(c("medicare 2024-08-12 131", "I69351", "0420/97110-GP*2 0430/97535-GO*2")), k(c("commercial 2024-08-12 131", "S61411A r:S61411A e:W260XXA", "0450/99283-25 0450/12001", is_other_accident=True, segments=["HI*BH:05:D8:20240812"], admit_type_code="1")),
)  # fmt: skip
ok(
    "bills-right-history", "Right: services that earlier claims make look wrong.", CPM + "ch. 3, 11, 12 and 18; 42 CFR 410",
    k(c("medicare 2024-08-01 11", "Z0000", "G0439"), earlier=[c("medicare 2023-08-29 11", "Z0000", "G0439")]), k(c("medicare 2024-08-13 24", "Z1211 Z86010", "G0105@1,2"), earlier=[c("medicare 2022-07-12 24", "Z1211 Z86010", "G0105@1,2")]),
    k(stay("medicare 2024-08-12 111", "M1612/Y", "0120*2 0360", nights=2, segments=["HI*BBR:0SRB0JZ:D8:20240812"], **SURGEON), earlier=[stay("medicare 2024-03-12 111", "M1611/Y", "0120*2 0360", nights=2, segments=["HI*BBR:0SR90JZ:D8:20240312"], **SURGEON)]),
    k(c("medicare 2024-08-12 131", "Z1231", "0403/77067-TC", sex="F"), earlier=[c("medicare 2023-07-10 131", "Z1231", "0403/77067", sex="F")]), k(stay("medicare 2024-03-16 111", "I5033/Y"), earlier=[stay("medicare 2024-03-04 111", "I5033/Y", "0120*5", nights=5)]), k(c("medicare 2024-03-08 131", "I5033", "0510/G0463"), earlier=[stay("medicare 2024-03-04 111", "I5033/Y")]),
    k(c("medicare 2024-08-27 11", "J069", "99213-24"), earlier=[c("medicare 2024-07-16 21", "M1611", "27130-RT", **TODAY)]), k(c("medicare 2024-08-13 11", "I10", "99204"), earlier=[c("medicare 2020-06-13 11", "I10", "99213")]), k(c("medicare 2024-08-13 24", "Z1211 K635", "45385-PT@1,2"), earlier=[c("medicare 2021-08-10 24", "Z1211", "G0121")]),
    k(c("medicare 2024-06-12 131", "S61210A r:S61210A", "0450/99282", segments=["HI*BG:07"], admit_type_code="1"), earlier=[HOSPICE_BILL]), k(stay("commercial 2024-04-01 113", "I639/Y", "0120*30", nights=29, admission_date="2024-03-04", discharge_disposition_code="30"), earlier=[stay("commercial 2024-03-04 112", "I639/Y", "0120*28", nights=27, discharge_disposition_code="30")]),
)  # fmt: skip
bad(
    "bills-unchecked-units", "QTY101 QTY102 QTY103 QTY104", "Units without the table of the quarter or of the payer.", "NCCI tables by quarter",
    k(c("medicare 2019-05-06 131", "I10", "0320/71046*9")), k(c("medicare 2020-08-12 131", "E119", "0301/83036*3")), k(c("medicaid 2024-08-12 131", "E119", "0301/83036*3")), kind="unchecked", tables=True,
)  # fmt: skip
bad(
    "bills-unchecked-codes", "DX102 INS106 PX102 LNK103", "Codes and policies of days and payers without a table.", "ICD-10-CM, ICD-10-PCS and HCPCS by year",
    k(c("commercial 2028-02-01 131", "I10", "0510/G0463")), k(stay("commercial 2028-02-01 111", "K8000/Y", "0120*2", nights=2, segments=["HI*BBR:0FT44ZZ:D8:20280202"], **SURGEON)), k(c("medicare 2021-08-12 131", "C9000", "0636/J9999*1 0335/96409")), k(c("medicare 2024-08-12 131", "E559", "0301/82306")), kind="unchecked", tables=True,
)  # fmt: skip
bad(
    "stay-that-qualifies", "INS172 INS173 INS156", "A qualifying stay that is too short or old, too many days of respite, too many dialysis sessions.", CPM + "ch. 6 §§20 and 40, ch. 8 §50.3, ch. 11 §30.3",
    k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", segments=["HI*BI:70:RD8:20240829-20240830"], **NURSING)), k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", segments=["HI*BI:70:RD8:20240520-20240530"], **NURSING), hard=True),
    k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*23 0655/Q5004*7+23", to_date="2024-06-30", segments=["HI*BE:61:::35614*BE:G8:::35614"], **HOSPICE), line=2), k(c("medicare 2024-08-01 721", "N186", " ".join(f"0821/90999-V5+{d}" for d in range(30) if d % 3 != 2), segments=[WEIGHED, "HI*BG:71"], **DIALYSIS), hard=True),
    also=FORM,
)  # fmt: skip
bad(
    "codes-of-the-bill", "INS153 INS131 INS138 INS161 INS171 INS165 INS170", "Codes of the bill that are missing, malformed, or in the wrong place.", "837I guide; " + CPM + "ch. 3 §20.1.2, ch. 25 §75, ch. 32 §69",
    k(c("medicare 2024-08-12 131", "C9000 Z006", "0335/96409-Q1 0636/J9041-JZ-Q0*35")), k(stay("commercial 2024-03-04 111", "I639/Y", attending_npi="1245319599", billing_npi="1245319599")), k(stay("commercial 2024-03-04 111", "S72001A/Y a:W1830XA"), dx=2), k(stay("commercial 2024-03-04 111", "S72001A/Y e:I10/Y")),
    k(stay("commercial 2024-03-04 111", "K8000/Y", segments=["HI*BBR:0FT44ZZ"], **SURGEON)), k(stay("commercial 2024-03-04 111", "K8000/Y", segments=["HI*BBQ:0FT44ZZ:D8:20240304"], **SURGEON)), k(stay("medicare 2024-03-04 111", "I214/Y", "0120*1", nights=1, to_date="d", discharge_disposition_code="02")),
    k(c("commercial 2024-08-12 131", "I10", "0510/G0463", segments=["HI*BG:G0X"])), k(c("medicare 2024-08-12 131", "F332", "0510/Q3014"), line=1), k(c("medicare 2024-08-12 131", "M1712", "0360/27447-RT"), line=1, hard=True),
    also=FORM + " INS139 INS141",
)  # fmt: skip
bad(
    "again-by-another-code", "HX102", "A service again that another code's limit covers, or twice in a month.", "42 CFR 410.15 and 410.37; " + CPM + "ch. 8 §140",
    k(c("medicare 2024-08-13 11", "Z0000", "G0439"), earlier=[c("medicare 2024-02-06 11", "Z0000", "G0438")], line=1), k(c("medicare 2024-08-13 24", "Z1211", "G0121"), earlier=[c("medicare 2021-08-10 24", "Z1211 Z86010", "G0105@1,2")], line=1), k(c("medicare 2024-08-27 11", "E119 I10", "99490@1,2"), earlier=[c("medicare 2024-08-06 11", "E119 I10", "99490@1,2")], line=1),
    k(c("medicare 2024-08-27 11", "I5032", "99495"), earlier=[c("medicare 2024-08-13 11", "I5032", "99496")], line=1), k(c("medicare 2024-08-27 11", "N186", "90960"), earlier=[c("medicare 2024-08-06 11", "N186", "90961")], line=1), k(c("medicare 2024-08-13 11", "Z1231", "77067 77063", sex="F"), earlier=[c("medicare 2024-03-12 11", "Z1231", "77067 77063", sex="F")], line=1),
    also="QTY103",
)  # fmt: skip
bad(
    "once-by-nature", "HX106 HX107", "What can be done once, done again: an eye's lens, a breast, the first visit of a stay.", "NCCI Policy Manual, ch. I §V; " + CPM + "ch. 12 §30.6.9",
    k(c("medicare 2024-08-13 24", "H2511", "66984-RT"), earlier=[c("medicare 2022-03-08 24", "H2511", "66984-RT")], line=1), k(c("commercial 2024-08-13 21", "C50911", "19303-RT", sex="F", **TODAY), earlier=[c("commercial 2021-08-10 21", "C50911", "19303-RT", sex="F", **TODAY)], line=1),
    k(c("medicare 2024-08-15 21", "I639", "99223", admission_date="2024-08-13"), earlier=[c("medicare 2024-08-13 21", "I639", "99223", admission_date="2024-08-13")], line=1),
)  # fmt: skip
ok(
    "bills-right-last", "Right: bills that look wrong, and services that earlier claims make look wrong.", CPM + "ch. 3, 6, 11 and 32; 42 CFR 410",
    k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", segments=["HI*BI:70:RD8:20240828-20240831"], **NURSING)), k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*30 0120*30", to_date="2024-09-30", segments=["HI*BG:57", "HI*BI:70:RD8:20240801-20240805"], **NURSING)),
    k(c("medicare 2021-02-01 212", "U071 a:U071", "0022/KAQD1*28 0120*28", to_date="2021-02-28", segments=["HI*BG:DR"], **NURSING)), k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*25 0655/Q5004*5+25", to_date="2024-06-30", segments=["HI*BE:61:::35614*BE:G8:::35614"], **HOSPICE)),
    k(c("medicare 2024-08-12 131", "C9000 Z006", "0335/96409-Q1 0636/J9041-JZ-Q0*35", segments=["HI*BG:30", "HI*BE:D4:::12345678"])), k(c("medicare 2024-08-12 131", "E1165", "0301/82947 0301/82947-91")), k(c("medicare 2024-08-12 131", "R0789 r:R0789", "0450/99284-25 0762/G0378*40", to_date="2024-08-14", admit_type_code="1", segments=["HI*BG:44"])),
    k(stay("medicare 2024-03-04 111", "C3490/Y C7951/Y G893/Y Z515 Z66")), k(stay("commercial 2024-03-04 111", "S72001A/Y S82101A/Y S2241XA/Y V4352XA Y92410", "0200*2 0120*5", nights=7)), k(stay("medicaid 2024-03-04 111", "O6014X0/Y O99013/Y D509/Y Z370 Z3A35", "0122*3", nights=3, sex="F", age=25, segments=["HI*BBR:10E0XZZ:D8:20240305"])),
    k(stay("medicare 2024-03-04 111", "I25110/Y I10/Y E785/Y Z951", "0200*2 0120*4 0360", nights=6, segments=["HI*BBR:021109W:D8:20240305", "HI*BBQ:5A1221Z:D8:20240305"], **SURGEON)), k(stay("medicare 2024-03-04 111", "Z471 Z96641", "0024/A0704$0 0128*9", nights=9, billing_taxonomy_code="283X00000X")), k(stay("medicaid 2024-03-04 111", "F10231/Y F17210/Y", "0126*4", nights=4)),
    k(c("medicare 2024-08-13 11", "Z0000", "G0439"), earlier=[c("medicare 2023-08-08 11", "Z0000", "G0438")]), k(c("medicare 2024-08-13 11", "Z0000", "G0438"), earlier=[c("medicare 2023-08-08 11", "Z0000", "G0402", age=65.3)]), k(c("medicare 2024-08-13 24", "H2512", "66984-LT"), earlier=[c("medicare 2022-03-08 24", "H2511", "66984-RT")]),
    k(c("medicare 2024-09-03 11", "E119 I10", "99490@1,2"), earlier=[c("medicare 2024-08-27 11", "E119 I10", "99490@1,2")]), k(c("medicare 2024-10-08 11", "Z23", "90662 G0008"), earlier=[c("medicare 2024-01-09 11", "Z23", "90662 G0008")]), k(c("medicare 2024-08-20 11", "R928", "77066", sex="F", **REF), earlier=[c("medicare 2024-08-06 11", "Z1231", "77067", sex="F")]),
    k(c("medicare 2024-08-13 24", "K921", "45378"), earlier=[c("medicare 2022-08-09 24", "Z1211", "G0121")]), k(c("medicare 2024-08-13 24", "H2512", "66984-79-LT"), earlier=[c("medicare 2024-07-16 24", "H2511", "66984-RT")]), k(c("medicare 2024-08-13 22", "Z1211", "G0121"), earlier=[c("medicare 2014-05-13 22", "Z1211", "G0121")]),
    k(c("medicare 2024-08-13 21", "M1712", "27447-LT", **TODAY), earlier=[c("medicare 2024-03-12 21", "M1711", "27447-RT", **TODAY)]),
)  # fmt: skip
bad(
    "last-bills", "QTY105 INS174 INS158 INS165 INS149", "Bills that are too long, count days or payment codes wrong, or have what their type can't.", CPM + "ch. 8 to 11 and 15; IOCE, edits 65 and 74",
    k(c("medicare 2024-08-12 131", "M1711 M1712", "0360/20610-50*2"), line=1), k(c("medicare 2024-03-01 329", "I5032", "0023/1EA11 0551/Q5001$0 0551/G0299*4+3", to_date="2024-04-29", segments=PLACED, **HOME)), k(c("medicare 2024-06-15 812", "C3490", "0651/Q5001*30", to_date="2024-07-14", segments=PLACE, **HOSPICE)),
    k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*20 0120*30", to_date="2024-09-30", segments=QUALIFIED, **NURSING), hard=True), k(stay("medicare 2024-03-04 111", "I639/Y", "0120*3 0540/A0429-SH-QN"), line=2), k(c("medicare 2024-02-12 771", "I10", "0521/G0467 0521/G0466 0521/99213", **CENTER), line=2, hard=True),
    k(c("medicare 2024-08-12 131", "R0789 r:R0789", "0450/99284 0981/99284"), line=2),
    also=FORM + " DX116 INS164 CLM115 EM102 HX103", tables=True,
)  # fmt: skip
ok(
    "bills-right-more", "Right: stays and bills that look wrong.", CPM + "ch. 3 to 11",
    k(stay("commercial 2024-03-04 111", "J189 I10 E785 K219 E039 L309 F411 D649 E559 L700 B351 J309 N179 E871 E876 D62 I4891 J9601 N390 K5900 M1990 G4733 F329 E669")), k(stay("medicare 2024-03-04 111", "J9601/Y", "0200*6", nights=6, segments=["HI*BBR:5A1955Z:D8:20240304"])),
    k(stay("commercial 2024-03-04 111", "O82 Z370 Z3A39 Z302", "0122*3", nights=3, sex="F", age=35, segments=["HI*BBR:10D00Z1:D8:20240304", "HI*BBQ:0UT74ZZ:D8:20240304"], **SURGEON)), k(c("medicare 2024-09-01 212", "S72001D a:S72001D", "0022/KAQD1*14 0022/KAQD0*16+14 0120*30", to_date="2024-09-30", segments=QUALIFIED, **NURSING)),
    k(stay("medicare 2024-03-03 111", "I639/Y", "0120*3+1 0450+0 0300+0", nights=4, admission_date="2024-03-04")), k(c("medicare 2024-08-12 851", "R0789 r:R0789", "0450/99284 0981/99284", admit_type_code="1")), k(c("medicare 2024-06-01 812", "C3490", "0651/Q5001*20 0656/Q5005*10+20", to_date="2024-06-30", segments=["HI*BE:61:::35614*BE:G8:::35614"], **HOSPICE)),
    k(c("medicare 2024-08-12 131", "H2513", "0360/66984-RT")), k(stay("medicaid 2024-03-04 111", "P220/Y P0738/Y", "0173*10", nights=10, admit_type_code="4", admit_source_code="6", age=0)), k(stay("commercial 2024-03-04 111", "A419/Y", "0200*3", segments=["HI*BBR:02HV33Z:D8:20240305"])), k(c("commercial 2024-08-12 131", "D225", "0360/11402 0312/88305 0250")),
    k(c("medicare 2024-08-12 131", "I69320", "0430/97535-GO*2 0440/92507-GN")), k(c("medicaid 2024-08-12 131", "O4703 Z3A33", "0720/59025 0510/99213", sex="F", age=28)), k(stay("medicare 2024-03-09 111", "F332/Y", "0124*9", nights=9, billing_taxonomy_code="273R00000X"), earlier=[stay("medicare 2024-03-04 111", "T391X2A/Y", "0120*5", nights=5)]),
)  # fmt: skip
bad(
    "more-groups-and-lines", "INS154 INS155", "The same, of swing beds, rehabilitation facilities and hospices.", CPM + "ch. 3 §140.3, ch. 6 §30, ch. 10 §10.1.8, ch. 11 §30.3",
    k(c("medicare 2022-05-02 181", "I639 a:I639", "0120*10", to_date="2022-05-12", discharge_hour="1000", segments=["HI*BI:70:RD8:20220425-20220430"], **TODAY)), k(stay("medicare 2023-09-11 111", "I69354/Y", "0128*10", nights=10, billing_taxonomy_code="283X00000X")),
    k(stay("medicare 2023-09-11 111", "I69354/Y", "0024/NHNE1$0 0128*10", nights=10, billing_taxonomy_code="283X00000X"), line=1), k(c("medicare 2022-03-01 329", "I5032", "0023/1AFKS 0551/Q5001 0551/G0299*4+3", to_date="2022-03-30", segments=PLACED, **HOME), line=1, hard=True),
    k(c("medicare 2025-06-01 812", "C3490", "0551/G0299*4", to_date="2025-06-30", segments=PLACE, **HOSPICE)),
    also=FORM,
)  # fmt: skip
bad(
    "more-diagnoses-of-bills", "INS157 INS166 INS168", "The same, for other diagnoses; births and operations of other years.", CPM + "ch. 8, 10 and 11; " + GUIDE + "I.C.16.a.2; 837I guide",
    k(c("medicare 2019-10-01 812", "R5381", "0651/Q5001*31", to_date="2019-10-31", segments=PLACE, **HOSPICE), dx=1), k(c("medicare 2023-02-01 329", "R531", "0023/2BA11 0421/Q5001 0421/G0151*3+3", to_date="2023-03-02", segments=PLACED, **HOME), dx=1), k(stay("commercial 2019-07-15 111", "P599/Y Z3800", age=0.1), dx=2),
    k(stay("medicaid 2026-02-09 111", "J210/Y Z3801", age=0.5), dx=2), k(stay("medicare 2019-11-18 111", "M1711/Y", "0111 0360", nights=1, segments=["HI*BBR:0SRC0J9:D8:20191118"])), k(stay("commercial 2022-06-20 111", "K3580/Y", "0120*2 0360", nights=2, segments=["HI*BBR:0DTJ4ZZ:D8:20220620"])),
    k(stay("tricare 2025-08-11 111", "S72001A/Y", "0120*4 0360", nights=4, segments=["HI*BBR:0SRR0J9:D8:20250812"])), k(stay("medicaid 2021-03-08 111", "O34211/Y Z370 Z3A39", "0122*3 0360", nights=3, sex="F", age=28, segments=["HI*BBR:0UT90ZZ:D8:20210308"]), hard=True),
    also=FORM + " INS154 PX105 DX113 DX119 INS169",
)  # fmt: skip
bad(
    "more-lines-of-clinics", "INS159 INS164", "The same, of other visits and trips.", CPM + "ch. 9 §50, ch. 15 §30.2",
    k(c("medicare 2017-03-06 711", "J069", "0521/99214", **RURAL), line=1), k(c("medicare 2025-09-15 711", "F331", "0900/90832", **RURAL), line=1), k(c("medicare 2022-11-07 131", "I639", "0540/A0427-RH-QN", segments=["HI*BE:A0:::27601"]), line=1), k(c("medicare 2019-04-22 851", "R0789", "0540/A0425-SH-QN*6", segments=["HI*BE:A0:::27601"]), line=1, hard=True),
)  # fmt: skip
bad(
    "more-of-history", "HX104 HX105 HX107 INS162 INS172 INS173", "The same, against other earlier claims.", CPM + "ch. 3, 6, 8, 10 and 12",
    k(c("medicare 2023-04-12 131", "I10", "0510/G0463"), earlier=[stay("medicare 2023-04-03 111", "A419/Y", "0120*15", nights=15)], line=1),
    k(c("medicare 2023-04-12 131", "I10", "0510/G0463"), earlier=[stay("medicare 2023-03-01 111", "I639/Y", discharge_disposition_code="20", segments=["HI*BH:55:D8:20230304"])], line=1), k(c("commercial 2025-05-12 131", "I10", "0510/G0463"), earlier=[stay("commercial 2025-05-01 111", "I214/Y", discharge_disposition_code="20")], line=1),
    k(stay("commercial 2022-08-08 111", "K5720/Y"), earlier=[stay("commercial 2022-08-06 111", "K5720/Y", "0120*4", nights=4)]), k(stay("medicaid 2021-10-04 111", "F209/Y"), earlier=[stay("medicaid 2021-10-04 111", "F209/Y")]),
    also=FORM,
)  # fmt: skip
bad(
    "more-visits-of-stays", "HX107", "A first visit or a discharge that the same doctor bills twice for a stay.", CPM + "ch. 12 §30.6.9",
    k(c("medicare 2023-05-04 21", "J189", "99239", admission_date="2023-05-01"), earlier=[c("medicare 2023-05-03 21", "J189", "99238", admission_date="2023-05-01")], line=1), k(c("medicare 2024-02-08 31", "I69351", "99305", admission_date="2024-02-01"), earlier=[c("medicare 2024-02-02 31", "I69351", "99306", admission_date="2024-02-01")], line=1),
)  # fmt: skip
