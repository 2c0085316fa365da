Profile: BloodPressure
Parent: Observation
Id: blood-pressure
Title: "Blood pressure"
Description: "Blood pressure, as the card records it."
* insert Finding(CodesBloodPressure)
* value[x] 0..0
* component ^slicing.discriminator.type = #pattern
* component ^slicing.discriminator.path = "code"
* component ^slicing.rules = #open
* component contains systolic 0..1 and diastolic 0..1
* component[systolic].code = $loinc#8480-6
* component[systolic].value[x] only Quantity
* component[systolic].valueQuantity from UnitsPressure (required)
* component[diastolic].code = $loinc#8462-4
* component[diastolic].value[x] only Quantity
* component[diastolic].valueQuantity from UnitsPressure (required)
* obeys hk-side

Profile: BodyWeight
Parent: Observation
Id: body-weight
Title: "Body weight"
Description: "Body weight, as the card records it."
* insert Measured(CodesBodyWeight, UnitsMass)

Profile: WeightBefore
Parent: Observation
Id: weight-before
Title: "Weight before pregnancy"
Description: "Weight before pregnancy, as the card records it."
* insert Measured(CodesWeightBefore, UnitsMass)

Profile: BodyHeight
Parent: Observation
Id: body-height
Title: "Height"
Description: "Height, as the card records it."
* insert Measured(CodesBodyHeight, UnitsHeight)

Profile: BodyMassIndex
Parent: Observation
Id: body-mass-index
Title: "Body mass index"
Description: "Body mass index, as the card records it."
* insert Measured(CodesBodyMassIndex, UnitsBmi)

Profile: FundalHeight
Parent: Observation
Id: fundal-height
Title: "Symphysis-fundus height"
Description: "Symphysis-fundus height, as the card records it."
* insert Measured(CodesFundalHeight, UnitsHeight)

Profile: FetalHeartRate
Parent: Observation
Id: fetal-heart-rate
Title: "Fetal heart rate"
Description: "Fetal heart rate, as the card records it."
* insert Measured(CodesFetalHeartRate, UnitsRate)

Profile: FetalHeartActivity
Parent: Observation
Id: fetal-heart-activity
Title: "Fetal heart looked for"
Description: "Fetal heart looked for, as the card records it."
* insert Answered(CodesFetalHeartActivity)

Profile: FetalMovement
Parent: Observation
Id: fetal-movement
Title: "Fetal movement"
Description: "Fetal movement, as the card records it."
* insert Answered(CodesFetalMovement)

Profile: FetalPresentation
Parent: Observation
Id: fetal-presentation
Title: "Presentation"
Description: "Presentation, as the card records it."
* insert Answered(CodesFetalPresentation)

Profile: Oedema
Parent: Observation
Id: oedema
Title: "Oedema"
Description: "Oedema, as the card records it."
* insert Graded(CodesOedema)

Profile: UrineProtein
Parent: Observation
Id: urine-protein
Title: "Protein in urine, strip"
Description: "Protein in urine, strip, as the card records it."
* insert Answered(CodesUrineProtein)
* obeys hk-strip

Profile: Haemoglobin
Parent: Observation
Id: haemoglobin
Title: "Haemoglobin"
Description: "Haemoglobin, as the card records it."
* insert Measured(CodesHaemoglobin, UnitsHaemoglobin)

Profile: Ferritin
Parent: Observation
Id: ferritin
Title: "Ferritin"
Description: "Ferritin, as the card records it."
* insert Measured(CodesFerritin, UnitsFerritin)

Profile: Hba1c
Parent: Observation
Id: hba1c
Title: "HbA1c"
Description: "HbA1c, as the card records it."
* insert Measured(CodesHba1c, UnitsHba1c)

Profile: Glucose
Parent: Observation
Id: glucose
Title: "Glucose, fasting, 2 hours after 75 g or at random"
Description: "Glucose, fasting, 2 hours after 75 g or at random, as the card records it."
* insert Measured(CodesGlucose, UnitsGlucose)

Profile: BloodGroup
Parent: Observation
Id: blood-group
Title: "ABO"
Description: "ABO, as the card records it."
* insert Answered(CodesBloodGroup)

Profile: RhesusD
Parent: Observation
Id: rhesus-d
Title: "RhD"
Description: "RhD, as the card records it."
* insert Answered(CodesRhesusD)

Profile: AntibodyScreen
Parent: Observation
Id: antibody-screen
Title: "Blood group antibodies"
Description: "Blood group antibodies, as the card records it."
* insert Answered(CodesAntibodyScreen)

Profile: Serology
Parent: Observation
Id: serology
Title: "Infection test"
Description: "Infection test, as the card records it."
* insert Finding(CodesSerology)
* value[x] only CodeableConcept or string or boolean
* obeys hk-value

Profile: DueDate
Parent: Observation
Id: due-date
Title: "Due date"
Description: "Due date, as the card records it."
* insert Dated(CodesDueDate)
* component ^slicing.discriminator.type = #pattern
* component ^slicing.discriminator.path = "code"
* component ^slicing.rules = #open
* component contains termLength 0..1
* component[termLength].code = $card#term-length
* component[termLength].value[x] 1..1
* component[termLength].value[x] only integer
* obeys hk-decided

Profile: LastPeriod
Parent: Observation
Id: last-period
Title: "First day of the last period"
Description: "First day of the last period, as the card records it."
* insert Dated(CodesLastPeriod)

Profile: OocyteRetrieval
Parent: Observation
Id: oocyte-retrieval
Title: "Egg retrieval"
Description: "Egg retrieval, as the card records it."
* insert Dated(CodesOocyteRetrieval)

Profile: NumberOfFetuses
Parent: Observation
Id: number-of-fetuses
Title: "Number of fetuses"
Description: "Number of fetuses, as the card records it."
* insert Counted(CodesNumberOfFetuses)

Profile: FetalBiometry
Parent: Observation
Id: fetal-biometry
Title: "Fetal measurement by ultrasound"
Description: "Fetal measurement by ultrasound, as the card records it."
* insert Measured(CodesFetalBiometry, UnitsLength)

Profile: FetalWeight
Parent: Observation
Id: fetal-weight
Title: "Estimated fetal weight"
Description: "Estimated fetal weight, as the card records it."
* insert Measured(CodesFetalWeight, UnitsMass)

Profile: CervixLength
Parent: Observation
Id: cervix-length
Title: "Length of the cervix"
Description: "Length of the cervix, as the card records it."
* insert Measured(CodesCervixLength, UnitsLength)

Profile: NiptResult
Parent: Observation
Id: nipt-result
Title: "NIPT result"
Description: "NIPT result, as the card records it."
* insert Finding(CodesNiptResult)
* value[x] only CodeableConcept
* valueCodeableConcept from NiptAnswers (required)
* obeys hk-value
* obeys hk-nipt-ground

Profile: FetalRhd
Parent: Observation
Id: fetal-rhd
Title: "Fetal RHD"
Description: "Fetal RHD, as the card records it."
* insert Finding(CodesFetalRhd)
* value[x] only CodeableConcept or boolean
* obeys hk-value

Profile: BirthOutcome
Parent: Observation
Id: birth-outcome
Title: "Birth or loss"
Description: "Birth or loss, as the card records it."
* insert Finding(CodesBirthOutcome)
* value[x] only CodeableConcept
* valueCodeableConcept from BirthOutcomes (required)
* obeys hk-value

Profile: BirthWeight
Parent: Observation
Id: birth-weight
Title: "Birth weight"
Description: "Birth weight, as the card records it."
* code from CodesBirthWeight (required)
* insert OfTheWoman
* value[x] only Quantity
* valueQuantity from UnitsMass (required)
* obeys hk-value

Profile: Apgar
Parent: Observation
Id: apgar
Title: "Apgar score"
Description: "Apgar score, as the card records it."
* code from CodesApgar (required)
* insert OfTheWoman
* value[x] only integer or Quantity
* obeys hk-value

Profile: Epds
Parent: Observation
Id: epds
Title: "EPDS total"
Description: "EPDS total, as the card records it."
* insert OfTheWoman
* code from CodesEpds (required)
* value[x] only integer or Quantity
* obeys hk-value

Profile: Need
Parent: Observation
Id: need
Title: "A need that the midwife must know"
Description: "A need that the midwife must know, as the card records it."
* insert Finding(CodesNeed)
* value[x] only CodeableConcept or boolean or string or integer

