"""Words of the card in English, for women who read it more easily than Norwegian.

https://www.helsenorge.no/en/
"""

from app.render.variant_words import VARIANT_WORDS

WORDS: dict[str, str] = {
    "card": "Pregnancy health card",
    "skip": "Skip to content",
    "born": "Born",
    "number": "National identity number",
    "phone": "Phone",
    "language": "Language",
    "interpreter": "Needs an interpreter",
    "week": "week {age}",
    "trimester": "Trimester {number}",
    "postpartum": "After birth",
    "days-after": "{days} days after birth",
    "loss": "The pregnancy has ended",
    "closed": "The card is closed",
    "unknown-age": "Gestational age not set",
    "first": "Important now",
    "no-findings": "No findings by the rules on what is recorded.",
    "alarm": "Alarm: act now",
    "task": "Task",
    "information": "For information",
    "deadline": "By {when}",
    "late": "Was to be done by {when}",
    "based-on": "Based on what was recorded {when}",
    "self-reported": "Reported by her, not confirmed.",
    "untold": "Not yet told her: she sees it when somebody has discussed it with her.",
    "not-assessable": "Cannot be assessed with your access.",
    "partly": "Something on the card cannot be assessed with your access.",
    "need-allergy": "Critical allergy: {detail}",
    "need-condition": "Critical: {detail}",
    "need-interpreter": "Needs an interpreter: {detail}",
    "need-rhd-negative": "RhD negative",
    "need-several-fetuses": "Several fetuses: {detail}",
    "need-overdue-visit": "Overdue: {detail}",
    "need-due-visit": "Now: {detail}",
    "term": "Due date",
    "due": "Due {date}",
    "changed": "Changed from {date} ({why})",
    "not-used": "Not used: {date}. {why}.",
    "days-apart": "{days} days from the one in use",
    "no-term": "No due date is recorded.",
    "visits": "Visits of the programme",
    "overdue": "Overdue, was to be held by {date}",
    "due-now": "Now, by {date}",
    "upcoming": "From {date}",
    "done": "Held",
    "missed": "Not recorded",
    "skipped": "Left out: {reason}",
    "withheld": "Cannot be assessed with your access",
    "next": "Next",
    "earlier": "Earlier and later",
    "no-visits": "No visits are overdue or planned by the programme.",
    "measurements": "Latest measurements",
    "blood-pressure": "Blood pressure",
    "weight": "Weight",
    "fundal-height": "Fundal height",
    "fetal-heart-rate": "Fetal heart rate",
    "haemoglobin": "Hb",
    "change": "{change} from {before}, {date}",
    "only": "First measurement",
    "up": "up",
    "down": "down",
    "same": "unchanged",
    "chart-week": "Week",
    "chart": "{name}: {count} measurements, latest {value} {unit} {date}.",
    "limit": "limit",
    "consultations": "Consultations",
    "date": "Date",
    "age": "Week",
    "protein": "Protein",
    "heart": "Heart",
    "presentation": "Position",
    "movement": "Movements",
    "by": "With",
    "negative": "neg",
    "trace": "trace",
    "heard": "found",
    "not-heard": "not found",
    "cephalic": "head down",
    "breech": "breech",
    "transverse": "transverse",
    "normal": "yes",
    "reduced": "fewer",
    "none": "none",
    "laboratory": "Laboratory tests",
    "analysis": "Test",
    "result": "Result",
    "before": "Earlier",
    "health": "Allergies and conditions",
    "critical": "critical",
    "care-team": "Care team",
    "birth-plan": "Birth plan",
    "outcome": "Outcome",
    "live-birth": "Live birth",
    "stillbirth": "Stillbirth",
    "miscarriage": "Miscarriage",
    "fetus": "Fetus {name}",
    "nothing": "Nothing recorded.",
    "visit-first-visit": "First visit",
    "visit-ultrasound": "Ultrasound",
    "visit-home-visit": "Home visit",
    "visit-postpartum-visit": "Postpartum visit",
    "closed-findings": "Closed findings",
    "printed": "Shown {when}. The card does not replace the medical record. Only what you have access to is shown.",
    "source": "From {url}",
    "her-help": "Nobody watches this page. If you are worried, call your midwife, doctor or labour ward. "
    "Out-of-hours doctor: 116 117. Emergency: 113.",
}
MONTHS: tuple[str, ...] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

NOBODY_WATCHES = (
    "Nobody watches this page. If the labour ward does not answer, call 116 117; in acute danger, call 113."
)
URGENT_SIGNS = (
    "If you get a severe headache, disturbed vision or pain high in the belly, call the labour ward at once."
)

# rule: title, what clinicians read, what she is told
RULES: dict[str, tuple[str, str, str | None]] = {
    "severe-hypertension": (
        "Very high blood pressure",
        "Blood pressure {bp} mmHg {day}. Call the labour ward now; consider treatment and admission.",
        f"Your blood pressure is very high. Call the labour ward now. {NOBODY_WATCHES}",
    ),
    "preeclampsia-suspected": (
        "Suspected preeclampsia",
        "Blood pressure {bp} mmHg and urine protein {protein} {day}. To be assessed in hospital the same day.",
        (
            "Your blood pressure is high and there is protein in your urine. You are to be examined today. "
            f"Call the labour ward. {NOBODY_WATCHES}"
        ),
    ),
    "early-hypertension-proteinuria": (
        "High blood pressure and urine protein before week 20",
        "Blood pressure {bp} mmHg and urine protein {protein} {day}, before 20+0. To be assessed by a doctor the same day.",
        (
            "Your blood pressure is high and there is protein in your urine. A doctor is to assess you today. "
            f"Call your doctor or midwife. {NOBODY_WATCHES}"
        ),
    ),
    "hypertension": (
        "Gestational hypertension",
        "Two readings of 140/90 or more after 20+0: {bp} mmHg. Refer to specialist care.",
        f"Your blood pressure has been high twice. Your doctor or midwife is to plan what happens next. {URGENT_SIGNS}",
    ),
    "chronic-hypertension": (
        "High blood pressure before week 20",
        "Two readings of 140/90 or more before 20+0: {bp} mmHg. Probably chronic hypertension; refer.",
        (
            "Your blood pressure has been high twice early in pregnancy. "
            "Your doctor or midwife is to plan what happens next."
        ),
    ),
    "hypertension-repeat": (
        "Measure the blood pressure again",
        "The latest blood pressure was {bp} mmHg {day}. Repeat after 10–15 minutes' rest and test the urine.",
        f"Your blood pressure was a little high last time. It is to be measured again. {URGENT_SIGNS}",
    ),
    "severe-anaemia": (
        "Severe anaemia",
        "Hb {hb} g/dL {day}, below {limit}. Contact hospital the same day.",
        None,
    ),
    "anaemia": (
        "Anaemia",
        "Hb {hb} g/dL {day}, below {limit} for the trimester. Take ferritin, consider iron.",
        "Your blood count is low. Talk with your midwife or doctor about iron at the next visit.",
    ),
    "no-fetal-heart": (
        "No fetal heart activity found",
        "Heart activity of the fetus{fetus} was not found {day}. Call the labour ward for ultrasound now.",
        None,
    ),
    "fetal-heart-rate-abnormal": (
        "Abnormal fetal heart rate",
        "Fetal{fetus} heart rate {rate}/min {day}. Listen again now; call the labour ward for CTG.",
        None,
    ),
    "fetal-heart-rate-repeat": (
        "Listen to the fetal heart again",
        "Fetal{fetus} heart rate {rate}/min {day}, outside 110–160. Listen again in the same visit.",
        None,
    ),
    "post-term": (
        "Post-term pregnancy",
        "42+0 was reached {day} and no birth is recorded. Settle induction with the labour ward today.",
        f"You are 42 weeks pregnant. If induction is not planned, call the labour ward today. {NOBODY_WATCHES}",
    ),
}
WHY = {
    "decided": "Decided by a clinician {on}: {reason}",
    "ivf": "Assisted conception: eggs were retrieved {basis}; due 269 days later",
    "first-scan": "First ultrasound, {on}",
    "routine-scan": "Ultrasound in weeks 17–19, {on}",
    "corrected": "Corrected due date, recorded {on}",
    "stated": "Due date recorded {on} without a method",
    "lmp": "First day of the last period was {basis}; due 283 days later",
}
CONVERTED, UNCONFIRMED = (
    "Stated for a pregnancy of {length} days, converted to 283",
    "Reported by her, not confirmed",
)
PHRASES = {
    "Første konsultasjon": "First visit",
    "Tidlig ultralyd": "Early ultrasound",
    "Ultralyd i uke 17–19": "Ultrasound in weeks 17–19",
    **{f"Konsultasjon i uke {week}": f"Visit in week {week}" for week in (24, 28, 32, 36, 38, 40)},
    "Kontroll på sykehus i uke 41": "Hospital check in week 41",
    "Hjemmebesøk av jordmor": "Home visit by the midwife",
    "Hjemmebesøk av helsesykepleier": "Home visit by the public health nurse",
    "Seksukerskontroll hos fastlege eller jordmor": "Six-week check by GP or midwife",
    "Sykehistorie": "Medical history",
    "Blodtrykk": "Blood pressure",
    "Protein i urin": "Protein in urine",
    "Vekt": "Weight",
    "Høyde og KMI": "Height and BMI",
    "Hb, ferritin, ABO/RhD, antistoff, HIV, syfilis, hepatitt B": "Hb, ferritin, ABO/RhD, antibodies, HIV, syphilis, hepatitis B",
    "HbA1c ved risiko": "HbA1c where at risk",
    "Levevaner, psykisk helse, vold, legemidler": "Habits, mental health, violence, medicines",
    "Fosterdiagnostikk": "Prenatal diagnostics",
    "Antall fostre": "Number of fetuses",
    "Svangerskapslengde": "Gestational age",
    "Termin": "Due date",
    "Fosterets utvikling": "Development of the fetus",
    "Morkakens plassering": "Position of the placenta",
    "SF-mål": "Fundal height",
    "Fosterets hjertelyd": "Fetal heart",
    "Fosterbevegelser": "Fetal movements",
    "Glukosebelastning i uke 24–28 ved risiko": "Glucose tolerance test in weeks 24–28 where at risk",
    **{line: words[1] for line, words in VARIANT_WORDS.items()},
    "Leie": "Position of the fetus",
    "Tobakk og rusmidler på nytt": "Tobacco and drugs again",
    "Fødeplan": "Birth plan",
    "Ultralyd": "Ultrasound",
    "Fostervann": "Amniotic fluid",
    "Plan videre": "Plan from here",
    "Mors helse": "The mother's health",
    "Amming": "Breastfeeding",
    "Barnets vekt og allmenntilstand": "The baby's weight and condition",
    "Barnets utvikling": "The baby's development",
    "Foreldrenes helse": "The parents' health",
    "Prevensjon": "Contraception",
    "Samtale om fødselen": "Talk about the birth",
}
SAME = frozenset({"Hb", "CTG"})
