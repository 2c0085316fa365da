"""The title of each clinical rule in English, and what she is told; what clinicians read: ``rule_texts_en``.

The rules: docs/safety.md. A test holds the table complete, and silent where bokmål is silent.
"""

from app.render.words_en import NOBODY_WATCHES, URGENT_SIGNS

# rule: title, what she is told
RULES: dict[str, tuple[str, str | None]] = {
    "preeclampsia-symptoms": (
        "Signs of preeclampsia",
        f"What you feel can be a sign of preeclampsia. Call the labour ward now. {NOBODY_WATCHES}",
    ),
    "postpartum-hypertension": (
        "High blood pressure after birth",
        f"Your blood pressure is high after the birth. It is to be measured again within a day. {URGENT_SIGNS}",
    ),
    "aspirin-indicated": ("Consider aspirin against preeclampsia", None),
    "haemoconcentration": (
        "High blood count",
        "Your blood count is higher than usual in pregnancy. Your doctor or midwife will look into it.",
    ),
    "ferritin-empty": (
        "Empty iron stores",
        "Your iron stores are empty. You should start taking iron now; talk with your midwife or doctor.",
    ),
    "low-ferritin": (
        "Low iron stores",
        "Your iron stores are low. Talk with your midwife or doctor about taking iron from week 18–20.",
    ),
    "ferritin-moderate": (
        "Iron from week 18–20",
        "It is recommended that you take iron from week 18–20. Talk with your midwife or doctor.",
    ),
    "hba1c-indicated": (
        "Take HbA1c before week 16",
        "You should have a blood test (HbA1c) before week 16. Ask your doctor or midwife.",
    ),
    "hba1c-raised": (
        "HbA1c in the range of risk",
        "Your long-term blood sugar is a little high. Your doctor or midwife will plan what happens next.",
    ),
    "overt-diabetes": ("Diabetes found in pregnancy", None),
    "ogtt-indicated": (
        "Glucose tolerance test in weeks 24–28",
        "You should be offered a glucose tolerance test in weeks 24–28. Ask your midwife or doctor.",
    ),
    "gestational-diabetes": (
        "Gestational diabetes",
        "The test shows gestational diabetes. Your doctor or midwife will explain what to do and follow you up.",
    ),
    "glucose-follow-up": (
        "HbA1c four months after birth",
        "You had gestational diabetes. Have HbA1c taken by your GP four months after the birth, and then every year.",
    ),
    "bmi-specialist": ("BMI over 35", None),
    "weight-gain-outside-band": ("Weight gain outside the recommended range", None),
    "sf-flattening": (
        "The fundal height curve is flattening",
        "Your belly has not grown since last time. Your midwife or doctor will consider an extra ultrasound.",
    ),
    "sf-below-curve": ("Fundal height below the curve", None),
    "sf-above-curve": ("Fundal height above the curve", None),
    "efw-below-10": ("Estimated weight below the tenth percentile", None),
    "fluid-abnormal": ("Abnormal amount of amniotic fluid", None),
    "low-placenta-rescan": (
        "Low placenta: new ultrasound",
        "The placenta lies low. You will have a new ultrasound later. If you bleed, call the labour ward at once.",
    ),
    "monochorionic-surveillance": (
        "Monochorionic twins: ultrasound every two weeks",
        "The twins share a placenta. You will have ultrasound in hospital about every two weeks from week 16.",
    ),
    "malpresentation-at-36": (
        "Not head down after week 36",
        "The baby is not lying head down. You will have an ultrasound in hospital and talk about turning and birth.",
    ),
    "reduced-fetal-movements": (
        "Fewer movements",
        f"You feel fewer movements than before. Call the labour ward now; you are to be examined within 12 hours. {NOBODY_WATCHES}",
    ),
    "no-fetal-movements": (
        "No movements felt",
        f"You feel no movements. Call the labour ward now; you are to be examined within 2 hours. {NOBODY_WATCHES}",
    ),
    "bleeding": (
        "Bleeding in pregnancy",
        f"You have said that you are bleeding. Call the labour ward or the out-of-hours doctor now. {NOBODY_WATCHES}",
    ),
    "ruptured-membranes": (
        "Waters broken",
        f"Your waters may have broken too early. Call the labour ward now. {NOBODY_WATCHES}",
    ),
    "preterm-labour": (
        "Threatening preterm birth",
        f"You may have contractions too early. Call the labour ward now. {NOBODY_WATCHES}",
    ),
    "cholestasis-suspected": (
        "Suspected cholestasis of pregnancy",
        "Itching without a rash is to be examined with blood tests. Call your doctor or midwife today or tomorrow.",
    ),
    "fever-sepsis": (
        "Fever",
        f"Fever in pregnancy is to be assessed today. Call your doctor or the out-of-hours doctor, 116 117. {NOBODY_WATCHES}",
    ),
    "vte-risk": ("Risk of blood clots", None),
    "previous-caesarean": ("Earlier caesarean", None),
    "teratogenic-medicine": (
        "Medicine that can harm the fetus",
        f"You have listed a medicine that can harm the fetus. Do not stop on your own. Call your doctor today. {NOBODY_WATCHES}",
    ),
    "rhd-typing-due": (
        "RhD typing of the fetus",
        "You are RhD negative. From week 24 a blood test can show the blood type of the fetus. Ask your midwife or doctor.",
    ),
    "anti-d-due": (
        "Anti-D in week 28",
        "You are RhD negative and are to be offered an injection of anti-D in week 28. Ask your midwife or doctor.",
    ),
    "anti-d-after-birth": ("Anti-D after birth", None),
    "anti-d-after-event": ("Anti-D after an event", None),
    "antibody-control-due": ("Control of blood group antibodies", None),
    "other-antibodies": ("Blood group antibodies found", None),
    "bacteriuria": (
        "Bacteria in the urine",
        "The urine test shows bacteria. Your doctor or midwife will consider treatment.",
    ),
    "gbs-positive": ("Group B streptococci", None),
    "chlamydia": ("Chlamydia", None),
    "hepatitis-b-positive": ("Hepatitis B", None),
    "hepatitis-b-newborn": ("The child needs protection against hepatitis B", None),
    "hiv-positive": ("HIV", None),
    "syphilis-positive": ("Syphilis", None),
    "rubella-non-immune": (
        "Not immune to rubella",
        "You are not protected against rubella. You will be offered a vaccine after the birth.",
    ),
    "nipt-eligible": ("Can be offered NIPT", None),
    "nipt-positive-unconfirmed": ("Positive NIPT without a confirming test", None),
    "early-ultrasound-due": ("Early ultrasound", None),
    "routine-ultrasound-due": ("Ultrasound in weeks 17–19", None),
    "post-term-control-due": (
        "Hospital check in week 41",
        "You are past your due date and are to be checked in hospital now. Call the birth place if you have no appointment.",
    ),
    "visit-overdue": ("Overdue visit", None),
    "home-visit-overdue": ("Overdue home visit", None),
    "tobacco": (
        "Smoking or snus",
        "The best for you and the baby is to stop smoking and using snus. Your midwife or doctor can help you.",
    ),
    "alcohol": ("Alcohol in pregnancy", None),
    "substance-use": ("Substance use in pregnancy", None),
    "violence-disclosed": ("Has told of violence", None),
    "fgm": ("Genital mutilation", None),
    "previous-mental-illness": ("Earlier severe mental illness", None),
    "epds-raised": ("EPDS 10 or more", None),
    "epds-self-harm": (
        "Thoughts of self-harm",
        f"You have answered that you think of harming yourself. You are not alone. Call your doctor or 116 117 now. {NOBODY_WATCHES}",
    ),
    "interpreter-needed": ("Needs an interpreter", None),
    "escort-service": (
        "Escort to the place of birth",
        "You have a long way to the place of birth and are entitled to be escorted by a midwife or doctor. Plan it with your midwife.",
    ),
    "postpartum-bleeding": (
        "Heavy bleeding",
        f"Heavy bleeding is to be examined. Call the labour ward or the emergency doctor, 116 117, now. {NOBODY_WATCHES}",
    ),
    "postpartum-blood-loss": ("Large blood loss at birth", None),
    "postpartum-infection": (
        "Possible infection",
        f"Fever, foul discharge or a painful wound is to be assessed today. Call the labour ward or the emergency doctor, 116 117. {NOBODY_WATCHES}",
    ),
}
