ValueSet: CodesBloodPressure
Id: codes-blood-pressure
Title: "Blood pressure: the codes by which it is recognised"
* $loinc#85354-9
* $sct#75367002

ValueSet: CodesBodyWeight
Id: codes-body-weight
Title: "Body weight: the codes by which it is recognised"
* $loinc#29463-7
* $sct#27113001

ValueSet: CodesWeightBefore
Id: codes-weight-before
Title: "Weight before pregnancy: the codes by which it is recognised"
* $loinc#8348-5
* $loinc#56077-1
* $sct#400967004
* $sct#1162389000
* $card#weight-before

ValueSet: CodesBodyHeight
Id: codes-body-height
Title: "Height: the codes by which it is recognised"
* $loinc#8302-2
* $sct#50373000
* $sct#248334005
* $sct#248333004
* $card#height

ValueSet: CodesBodyMassIndex
Id: codes-body-mass-index
Title: "Body mass index: the codes by which it is recognised"
* $loinc#39156-5
* $sct#60621009
* $card#bmi

ValueSet: CodesFundalHeight
Id: codes-fundal-height
Title: "Symphysis-fundus height: the codes by which it is recognised"
* $loinc#11881-0
* $sct#249016007
* $sct#364265003

ValueSet: CodesFetalHeartRate
Id: codes-fetal-heart-rate
Title: "Fetal heart rate: the codes by which it is recognised"
* $loinc#55283-6
* $loinc#57068-9
* $loinc#11948-7
* $sct#249043002

ValueSet: CodesFetalHeartActivity
Id: codes-fetal-heart-activity
Title: "Fetal heart looked for: the codes by which it is recognised"
* $card#fetal-heart-activity

ValueSet: CodesFetalMovement
Id: codes-fetal-movement
Title: "Fetal movement: the codes by which it is recognised"
* $loinc#57088-7
* $sct#249040004

ValueSet: CodesFetalPresentation
Id: codes-fetal-presentation
Title: "Presentation: the codes by which it is recognised"
* $loinc#11876-0
* $loinc#11877-8
* $loinc#72155-5
* $sct#364607000

ValueSet: CodesOedema
Id: codes-oedema
Title: "Oedema: the codes by which it is recognised"
* $loinc#44966-0
* $loinc#45700-2
* $sct#423484008
* $card#oedema

ValueSet: CodesUrineProtein
Id: codes-urine-protein
Title: "Protein in urine, strip: the codes by which it is recognised"
* $loinc#20454-5
* $sct#171247004
* $nlk#NPU04206
* $npu#NPU04206

ValueSet: CodesHaemoglobin
Id: codes-haemoglobin
Title: "Haemoglobin: the codes by which it is recognised"
* $loinc#718-7
* $nlk#NOR05172

ValueSet: CodesFerritin
Id: codes-ferritin
Title: "Ferritin: the codes by which it is recognised"
* $loinc#2276-4
* $nlk#NPU19763
* $npu#NPU19763
* $card#ferritin

ValueSet: CodesHba1c
Id: codes-hba1c
Title: "HbA1c: the codes by which it is recognised"
* $loinc#59261-8
* $nlk#NPU27300
* $npu#NPU27300
* $card#hba1c

ValueSet: CodesGlucose
Id: codes-glucose
Title: "Glucose, fasting, 2 hours after 75 g or at random: the codes by which it is recognised"
* $loinc#14771-0
* $loinc#14995-5
* $card#glucose-fasting
* $card#glucose-2h
* $card#glucose-random

ValueSet: CodesBloodGroup
Id: codes-blood-group
Title: "ABO: the codes by which it is recognised"
* $loinc#883-9
* $nlk#NPU58582
* $npu#NPU58582
* $card#abo

ValueSet: CodesRhesusD
Id: codes-rhesus-d
Title: "RhD: the codes by which it is recognised"
* $loinc#10331-7
* $nlk#NPU21917
* $npu#NPU21917

ValueSet: CodesAntibodyScreen
Id: codes-antibody-screen
Title: "Blood group antibodies: the codes by which it is recognised"
* $loinc#890-4
* $card#antibody-screen

ValueSet: CodesSerology
Id: codes-serology
Title: "Infection test: the codes by which it is recognised"
* $loinc#56888-1
* $nlk#NPU19649
* $npu#NPU19649
* $loinc#22587-0
* $nlk#NPU03611
* $npu#NPU03611
* $loinc#5195-3
* $loinc#5196-1
* $loinc#21613-5
* $loinc#6357-8
* $nlk#NPU12331
* $npu#NPU12331
* $card#hiv
* $card#syphilis
* $card#hbsag
* $card#chlamydia-test
* $loinc#16933-4
* $loinc#25514-1
* $loinc#8014-3
* $loinc#40667-8
* $nlk#NPU12412
* $npu#NPU12412
* $loinc#16128-1
* $loinc#13955-0
* $nlk#NPU12033
* $npu#NPU12033
* $loinc#72607-5
* $loinc#48683-7
* $nlk#NPU18725
* $npu#NPU18725
* $card#anti-hbc
* $card#toxoplasmosis
* $card#rubella
* $card#hepatitis-c
* $card#mrsa-vre-esbl
* $card#gonorrhoea
* $card#cytomegalovirus
* $card#bacteriuria-culture
* $card#gbs
* $card#gbs-urine

ValueSet: CodesDueDate
Id: codes-due-date
Title: "Due date: the codes by which it is recognised"
* $loinc#11778-8
* $loinc#11779-6
* $loinc#11781-2
* $loinc#53692-0

ValueSet: CodesLastPeriod
Id: codes-last-period
Title: "First day of the last period: the codes by which it is recognised"
* $loinc#8665-2
* $sct#21840007
* $sct#161713000

ValueSet: CodesOocyteRetrieval
Id: codes-oocyte-retrieval
Title: "Egg retrieval: the codes by which it is recognised"
* $card#oocyte-retrieval

ValueSet: CodesNumberOfFetuses
Id: codes-number-of-fetuses
Title: "Number of fetuses: the codes by which it is recognised"
* $loinc#55281-0
* $sct#246435002

ValueSet: CodesFetalBiometry
Id: codes-fetal-biometry
Title: "Fetal measurement by ultrasound: the codes by which it is recognised"
* $loinc#11957-8
* $sct#276352009
* $loinc#11820-8
* $sct#281688001
* $loinc#11984-2
* $loinc#8288-3
* $sct#363812007
* $loinc#11979-2
* $loinc#11963-6
* $sct#396551005
* $card#crl
* $card#bpd
* $card#hc
* $card#ac
* $card#fl
* $card#nt

ValueSet: CodesFetalWeight
Id: codes-fetal-weight
Title: "Estimated fetal weight: the codes by which it is recognised"
* $loinc#11727-5
* $loinc#89087-1
* $card#efw

ValueSet: CodesCervixLength
Id: codes-cervix-length
Title: "Length of the cervix: the codes by which it is recognised"
* $loinc#11961-0
* $sct#248918004
* $card#cervix-length

ValueSet: CodesNiptResult
Id: codes-nipt-result
Title: "NIPT result: the codes by which it is recognised"
* $loinc#77011-5
* $loinc#77012-3
* $card#nipt-t21
* $card#nipt-t18
* $card#nipt-t13

ValueSet: CodesFetalRhd
Id: codes-fetal-rhd
Title: "Fetal RHD: the codes by which it is recognised"
* $loinc#77016-4
* $card#fetal-rhd
* $loinc#100670-9

ValueSet: CodesBirthOutcome
Id: codes-birth-outcome
Title: "Birth or loss: the codes by which it is recognised"
* $card#birth-outcome

ValueSet: CodesBirthWeight
Id: codes-birth-weight
Title: "Birth weight: the codes by which it is recognised"
* $loinc#8339-4
* $sct#364589006
* $card#birth-weight

ValueSet: CodesApgar
Id: codes-apgar
Title: "Apgar score: the codes by which it is recognised"
* $loinc#9274-2
* $loinc#9271-8
* $card#apgar-5
* $card#apgar-10
* $loinc#9272-6
* $card#apgar-1

ValueSet: CodesEpds
Id: codes-epds
Title: "EPDS total: the codes by which it is recognised"
* $card#epds
* $loinc#99046-5

ValueSet: CodesNeed
Id: codes-need
Title: "A need that the midwife must know: the codes by which it is recognised"
* $sct#720407008
* $sct#95041000119101
* $card#violence
* $card#genital-mutilation
* $card#substance-use
* $loinc#95391-9

