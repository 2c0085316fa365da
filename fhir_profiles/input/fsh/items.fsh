// Printed from the item tables by tools/item_profiles.py (make docs); do not edit.
RuleSet: ItemCodes
* #stated "Termin, som oppgitt"
* #background "Bakgrunn"
* #rhd "RhD-negativ"
* #birth-places "Søknad om fødeplass"
* #elsewhere-critical "Kritisk informasjon fra andre (kjernejournal)"
* #elsewhere-medicines "Legemidler (kjernejournal)"
* #contradictions "Opplysninger som ikke stemmer overens"
* #other "annet"
* #findings "Funn"
* #needs "Viktig nå"
* #term "Svangerskapslengde og termin"
* #programme "Konsultasjoner i programmet"
* #measurements "Målinger"
* #laboratory "Laboratorieprøver"
* #fetuses "Fostre"
* #consultations "Konsultasjoner"
* #allergies "Allergier"
* #conditions "Sykdommer og tilstander"
* #care-team "Hvem som følger opp"
* #birth-plan "Fødeplan"
* #outcome "Utfall"
* #contradiction-rhd "RhD-type"
* #contradiction-abo "ABO-type"
* #contradiction-dating "Datering"
* #contradiction-conception "Assistert befruktning"
* #contradiction-fetuses "Antall fostre"
* #contradiction-outcome "Utfall"
* #contradiction-fetal-rhd "Fosterets RhD-type"
* #contradiction-child-rhd "Barnets RhD-type"
* #contradiction-nipt "NIPT"
* #contradiction-chorionicity "Morkaker og hinner"
* #contradiction-infection "Infeksjonsprøver"
* #contradiction-births "Tidligere fødsler"
* #contradiction-counts "Tidligere svangerskap"
* #contradiction-nothing "Ingen sykdom, og likevel noe"
* #contradiction-history "Ja og nei på samme spørsmål"
* #contradiction-habits "Levevaner"
* #contradiction-scale "EPDS: sum og svar"
* #severe-hypertension "Svært høyt blodtrykk"
* #preeclampsia-suspected "Mistanke om preeklampsi"
* #preeclampsia-symptoms "Symptomer på preeklampsi"
* #early-hypertension-proteinuria "Høyt blodtrykk og protein i urinen før uke 20"
* #hypertension "Svangerskapshypertensjon"
* #chronic-hypertension "Høyt blodtrykk før uke 20"
* #hypertension-repeat "Mål blodtrykket på nytt"
* #postpartum-hypertension "Høyt blodtrykk etter fødselen"
* #aspirin-indicated "Vurder acetylsalisylsyre mot preeklampsi"
* #severe-anaemia "Alvorlig anemi"
* #anaemia "Anemi"
* #haemoconcentration "Høy blodprosent"
* #ferritin-empty "Tomme jernlagre"
* #low-ferritin "Lave jernlagre"
* #ferritin-moderate "Jerntilskudd fra uke 18–20"
* #hba1c-indicated "Ta HbA1c før uke 16"
* #hba1c-raised "HbA1c i risikoområdet"
* #overt-diabetes "Diabetes oppdaget i svangerskapet"
* #ogtt-indicated "Glukosebelastning i uke 24–28"
* #gestational-diabetes "Svangerskapsdiabetes"
* #glucose-follow-up "HbA1c fire måneder etter fødselen"
* #bmi-specialist "KMI over 35"
* #weight-gain-outside-band "Vektøkning utenfor anbefalt område"
* #sf-flattening "SF-kurven flater ut"
* #sf-below-curve "SF-mål under kurven"
* #sf-above-curve "SF-mål over kurven"
* #efw-below-10 "Estimert vekt under tiende persentil"
* #fluid-abnormal "Avvikende fostervannsmengde"
* #low-placenta-rescan "Lavtliggende morkake: ny ultralyd"
* #monochorionic-surveillance "Monokoriale tvillinger: ultralyd hver 14. dag"
* #malpresentation-at-36 "Ikke hodeleie etter uke 36"
* #no-fetal-heart "Hjerteaktivitet ikke påvist"
* #fetal-heart-rate-abnormal "Unormal hjertefrekvens hos fosteret"
* #fetal-heart-rate-repeat "Lytt til fosterets hjerte på nytt"
* #reduced-fetal-movements "Mindre liv"
* #no-fetal-movements "Ikke kjent liv"
* #bleeding "Blødning i svangerskapet"
* #ruptured-membranes "Vannavgang"
* #preterm-labour "Truende for tidlig fødsel"
* #cholestasis-suspected "Mistanke om svangerskapskolestase"
* #fever-sepsis "Feber"
* #vte-risk "Risiko for blodpropp"
* #previous-caesarean "Tidligere keisersnitt"
* #teratogenic-medicine "Legemiddel som kan skade fosteret"
* #rhd-typing-due "RhD-typing av fosteret"
* #anti-d-due "Anti-D i uke 28"
* #anti-d-after-birth "Anti-D etter fødselen"
* #anti-d-after-event "Anti-D etter hendelse"
* #antibody-control-due "Kontroll av blodtypeantistoff"
* #other-antibodies "Blodtypeantistoff påvist"
* #bacteriuria "Bakterier i urinen"
* #gbs-positive "Gruppe B-streptokokker"
* #chlamydia "Klamydia"
* #hepatitis-b-positive "Hepatitt B"
* #hepatitis-b-newborn "Barnet trenger hepatitt B-profylakse"
* #hiv-positive "HIV"
* #syphilis-positive "Syfilis"
* #rubella-non-immune "Ikke immun mot røde hunder"
* #nipt-eligible "Kan tilbys NIPT"
* #nipt-positive-unconfirmed "Positiv NIPT uten bekreftende prøve"
* #early-ultrasound-due "Tidlig ultralyd"
* #routine-ultrasound-due "Ultralyd i uke 17–19"
* #post-term "Overtidig svangerskap"
* #post-term-control-due "Kontroll på sykehus i uke 41"
* #home-visit-overdue "Forfalt hjemmebesøk"
* #tobacco "Røyk eller snus"
* #alcohol "Alkohol i svangerskapet"
* #violence-disclosed "Har fortalt om vold"
* #fgm "Kjønnslemlestelse"
* #previous-mental-illness "Tidligere alvorlig psykisk sykdom"
* #epds-raised "EPDS 10 eller mer"
* #epds-self-harm "Tanker om selvskading"
* #interpreter-needed "Trenger tolk"
* #escort-service "Følgetjeneste"
* #postpartum-bleeding "Kraftig blødning"
* #postpartum-blood-loss "Stort blodtap ved fødselen"
* #postpartum-infection "Mulig infeksjon"
* #A "A"
* #AB "AB"
* #B "B"
* #O "O"
* #anterior "fremre vegg"
* #breech "sete"
* #caesarean-acute "akutt keisersnitt"
* #caesarean-planned "planlagt keisersnitt"
* #daily "daglig"
* #diamniotic "hver sin fosterhule"
* #dichorionic "to morkaker"
* #external-version "vending av fosteret"
* #forceps "tang"
* #full "fullt"
* #fundal "øverst"
* #given "gitt"
* #immune "immun"
* #increased "mye"
* #invasive-test "fostervanns- eller morkakeprøve"
* #lateral "på siden"
* #low "lavtliggende"
* #monoamniotic "felles fosterhule"
* #monochorionic "felles morkake"
* #non-immune "ikke immun"
* #none "ingen"
* #normal "normalt"
* #not-given "ikke gitt"
* #occasional "av og til"
* #partial "delvis"
* #pending "venter på svar"
* #posterior "bakre vegg"
* #praevia "foran mormunnen"
* #reduced "lite"
* #refuted "avkreftet"
* #spontaneous "spontan"
* #stopped "sluttet"
* #trauma "slag mot magen"
* #vacuum "vakuum"
* #vaginal-bleeding "blødning"
* #employed-last-6-months "I arbeid siste seks måneder"
* #employment-percentage "Stillingsprosent"
* #occupation "Yrke og bransje"
* #workplace "Arbeidssted"
* #country-of-birth "Fødeland"
* #cohabiting-coparent "Bor sammen med den andre forelderen"
* #coparent-note "Om den andre forelderen"
* #marital-status "Sivilstatus"
* #education "Utdanning"
* #partner "Partner eller medmor"
* #paternity-declaration "Erklæring om farskap eller medmorskap gitt"
* #social-needs "Sosiale behov og ressurser"
* #travel-time "Reell reisetid til fødestedet"
* #assisted-conception "Assistert befruktning"
* #egg-donation "Eggdonasjon"
* #prenatal-diagnostics "Fosterdiagnostikk utført"
* #prenatal-consent "Skriftlig samtykke til fosterdiagnostikk"
* #birth-preparation "Samtale om fødselsforberedelse"
* #breastfeeding-guidance "Veiledning om amming"
* #gestational-diabetes-diagnosed "Svangerskapsdiabetes"
* #preeclampsia-diagnosed "Preeklampsi"
* #previous-live-births "Tidligere levendefødte"
* #previous-miscarriages "Tidligere spontanaborter"
* #previous-stillbirths "Tidligere dødfødte fra uke 22"
* #previous-ectopic "Tidligere svangerskap utenfor livmoren"
* #parity "Tidligere fødsler"
* #previous-caesareans "Tidligere keisersnitt"
* #previous-note "Om tidligere svangerskap"
* #years-since-last-birth "År siden forrige fødsel"
* #previous-preeclampsia "Tidligere preeklampsi"
* #previous-gestational-diabetes "Tidligere svangerskapsdiabetes"
* #previous-large-child "Tidligere barn over 4500 g"
* #previous-shoulder-dystocia "Tidligere fastsittende skuldre"
* #previous-growth-restriction "Tidligere veksthemmet barn"
* #previous-gbs-child "Tidligere barn med alvorlig GBS-sykdom"
* #previous-preterm-birth "Tidligere fødsel før uke 37"
* #previous-haemorrhage "Tidligere stor blødning etter fødsel"
* #previous-experience "Opplevelse av tidligere fødsel"
* #heredity-none-known "Ingen kjente arvelige sykdommer"
* #consanguinity "Foreldrene er i slekt"
* #hip-dysplasia "Hofteleddsdysplasi i familien"
* #heredity-other "Annen arvelig sykdom"
* #heredity-note "Om arvelige sykdommer"
* #family-diabetes "Diabetes hos mor, far eller søsken"
* #family-preeclampsia "Preeklampsi hos mor eller søster"
* #family-thrombosis "Blodpropp hos nære slektninger"
* #origin-asia-africa "Bakgrunn fra Asia eller Afrika"
* #nothing-particular "Ingen sykdommer"
* #heart-disease "Hjertesykdom"
* #high-blood-pressure "Kronisk høyt blodtrykk"
* #kidney-disease "Nyre- eller urinveissykdom"
* #diabetes "Diabetes før svangerskapet"
* #allergies-asthma "Allergi eller astma"
* #epilepsy "Epilepsi"
* #thrombosis "Tidligere blodpropp"
* #autoimmune-disease "Autoimmun sykdom"
* #gynaecological-conditions "Gynekologiske tilstander"
* #mental-illness "Psykisk sykdom"
* #other-conditions "Andre sykdommer"
* #conditions-note "Om sykdommer"
* #severe-mental-illness "Bipolar lidelse, psykose eller alvorlig depresjon"
* #sle-or-antiphospholipid "SLE eller antifosfolipidsyndrom"
* #thrombophilia "Kjent trombofili"
* #impaired-glucose-tolerance "Nedsatt glukosetoleranse"
* #medication-frequency "Bruk av legemidler"
* #drug-allergy "Legemiddelallergi"
* #folate-before "Folat før svangerskapet"
* #folate-during "Folat i svangerskapet"
* #medication-note "Om legemidler"
* #aspirin-prophylaxis "Acetylsalisylsyre mot preeklampsi"
* #smoking "Røyk"
* #smoking-daily "Sigaretter om dagen"
* #snus "Snus"
* #snus-daily "Porsjoner snus om dagen"
* #alcohol-use "Alkohol"
* #substances "Rusmidler"
* #lifestyle-note "Om levevaner"
* #diet "Kosthold og kosttilskudd"
* #physical-activity "Fysisk aktivitet"
* #glucose-random "Glukose, tilfeldig"
* #anti-hbc "Anti-HBc"
* #antibody-type "Hvilket antistoff"
* #toxoplasmosis "Toksoplasmose"
* #rubella "Røde hunder, antistoff"
* #hepatitis-c "Hepatitt C"
* #mrsa-vre-esbl "MRSA, VRE, ESBL"
* #gonorrhoea "Gonoré"
* #cytomegalovirus "Cytomegalovirus"
* #bacteriuria-culture "Urindyrkning"
* #gbs "Gruppe B-streptokokker"
* #gbs-urine "Gruppe B-streptokokker i urin"
* #bile-acids "Gallesyrer"
* #bile-acids-fasting "Gallesyrer, fastende"
* #tests-note "Om prøver"
* #fetal-rhd-consent "Samtykke til RhD-typing av fosteret"
* #anti-d "Anti-D"
* #fetal-rhd-expected "Svar på RhD-typing ventes"
* #rhd-note "Om RhD"
* #sensitising-event "Hendelse som kan gi RhD-immunisering"
* #child-rhd "Barnets RhD-type"
* #urine-glucose "Glukose i urin"
* #urine-nitrite "Nitritt i urin"
* #urine-leukocytes "Leukocytter i urin"
* #temperature "Temperatur"
* #pulse "Puls"
* #takes-medicine "Bruker legemidler ved kontrollen"
* #employment-rate "Arbeid ved kontrollen"
* #visit-note "Merknad ved kontrollen"
* #fetus-note "Merknad om fosteret"
* #efw-percentile "Estimert vekt, persentil"
* #efw-deviation "Estimert vekt, avvik"
* #placenta-site "Morkakens plassering"
* #amniotic-fluid "Fostervann"
* #amniotic-fluid-index "Fostervannsindeks (AFI)"
* #deepest-pocket "Dypeste fostervannslomme"
* #chorionicity "Korionisitet"
* #amnionicity "Amnionisitet"
* #nipt-indication "Annen indikasjon for NIPT"
* #nipt-consent "Ønsker NIPT, skriftlig samtykke"
* #nipt-ordered "NIPT bestilt"
* #fetal-fraction "Føtal fraksjon"
* #nipt-confirmation "Bekreftende prøve"
* #symptom-headache "Kraftig hodepine"
* #symptom-vision "Synsforstyrrelser"
* #symptom-upper-pain "Vondt øverst i magen"
* #symptom-bleeding "Blødning fra skjeden"
* #symptom-fluid "Vannavgang"
* #symptom-contractions "Regelmessige rier"
* #symptom-itching "Kløe uten utslett"
* #symptom-fever "Feber eller frostanfall"
* #symptom-discharge "Illeluktende renselse eller vondt sår"
* #epds-item-10 "EPDS, spørsmål 10"
* #birth-mode "Fødselsmåte"
* #birth-length "Lengde ved fødsel"
* #birth-head "Hodeomkrets ved fødsel"
* #apgar-1 "Apgar 1 minutt"
* #cord-ph "pH i navlesnor"
* #blood-loss "Blodtap ved fødsel"
* #perineal-tear "Rift, grad"
* #discharged "Utskrevet fra fødestedet"
* #newborn-hepatitis-b "Barnet: hepatitt B-immunglobulin og vaksine"
* #breastfeeding "Amming"

ValueSet: CodesUrineStrip
Id: codes-urine-strip
Title: "Glucose, nitrite or leukocytes in urine, strip: the codes by which it is recognised"
* $card#urine-glucose
* $loinc#25428-4
* $sct#268556000
* $card#urine-nitrite
* $loinc#5802-4
* $card#urine-leukocytes
* $loinc#5799-2

Profile: UrineStripItem
Parent: Observation
Id: urine-strip
Title: "Glucose, nitrite or leukocytes in urine, strip"
Description: "Glucose, nitrite or leukocytes in urine, strip, as the card records it."
* insert Graded(CodesUrineStrip)

ValueSet: CodesRhesusCourse
Id: codes-rhesus-course
Title: "What makes RhD antibodies likely, and which they are: the codes by which it is recognised"
* $card#antibody-type
* $card#sensitising-event

ValueSet: AnswersRhesusCourse
Id: answers-rhesus-course
Title: "What makes RhD antibodies likely, and which they are: the answers"
* $card#anti-d
* $card#other
* $card#vaginal-bleeding
* $card#invasive-test
* $card#trauma
* $card#external-version

Profile: RhesusCourseItem
Parent: Observation
Id: rhesus-course
Title: "What makes RhD antibodies likely, and which they are"
Description: "What makes RhD antibodies likely, and which they are, as the card records it."
* insert Chosen(CodesRhesusCourse, AnswersRhesusCourse)

ValueSet: CodesAntiD
Id: codes-anti-d
Title: "Anti-D given: the codes by which it is recognised"
* $card#anti-d
* $sct#180190006
* $sct#408783007

ValueSet: AnswersAntiD
Id: answers-anti-d
Title: "Anti-D given: the answers"
* $card#given
* $card#declined
* $card#not-given

Profile: AntiDItem
Parent: Observation
Id: anti-d
Title: "Anti-D given"
Description: "Anti-D given, as the card records it."
* insert Chosen(CodesAntiD, AnswersAntiD)

ValueSet: CodesUltrasoundFinding
Id: codes-ultrasound-finding
Title: "Placenta, amniotic fluid, chorions and amnions: the codes by which it is recognised"
* $card#placenta-site
* $loinc#11994-1
* $loinc#11995-8
* $sct#169952004
* $card#amniotic-fluid
* $card#chorionicity
* $card#amnionicity

ValueSet: AnswersUltrasoundFinding
Id: answers-ultrasound-finding
Title: "Placenta, amniotic fluid, chorions and amnions: the answers"
* $card#anterior
* $card#posterior
* $card#fundal
* $card#lateral
* $card#low
* $card#praevia
* $card#normal
* $card#reduced
* $card#increased
* $card#dichorionic
* $card#monochorionic
* $card#diamniotic
* $card#monoamniotic

Profile: UltrasoundFindingItem
Parent: Observation
Id: ultrasound-finding
Title: "Placenta, amniotic fluid, chorions and amnions"
Description: "Placenta, amniotic fluid, chorions and amnions, as the card records it."
* insert Chosen(CodesUltrasoundFinding, AnswersUltrasoundFinding)

ValueSet: CodesAmnioticFluidDepth
Id: codes-amniotic-fluid-depth
Title: "Amniotic fluid, measured: the codes by which it is recognised"
* $card#amniotic-fluid-index
* $card#deepest-pocket
* $loinc#11832-3

Profile: AmnioticFluidDepthItem
Parent: Observation
Id: amniotic-fluid-depth
Title: "Amniotic fluid, measured"
Description: "Amniotic fluid, measured, as the card records it."
* insert Measured(CodesAmnioticFluidDepth, UnitsLength)

ValueSet: CodesNiptConfirmation
Id: codes-nipt-confirmation
Title: "How a positive NIPT was followed up: the codes by which it is recognised"
* $card#nipt-confirmation

ValueSet: AnswersNiptConfirmation
Id: answers-nipt-confirmation
Title: "How a positive NIPT was followed up: the answers"
* $card#confirmed
* $card#refuted
* $card#declined
* $card#pending

Profile: NiptConfirmationItem
Parent: Observation
Id: nipt-confirmation
Title: "How a positive NIPT was followed up"
Description: "How a positive NIPT was followed up, as the card records it."
* insert Chosen(CodesNiptConfirmation, AnswersNiptConfirmation)

ValueSet: CodesTemperature
Id: codes-temperature
Title: "Body temperature: the codes by which it is recognised"
* $card#temperature
* $loinc#8310-5

Profile: TemperatureItem
Parent: Observation
Id: temperature
Title: "Body temperature"
Description: "Body temperature, as the card records it."
* insert Measured(CodesTemperature, UnitsTemperature)

ValueSet: CodesPulse
Id: codes-pulse
Title: "Pulse: the codes by which it is recognised"
* $card#pulse
* $loinc#8867-4

Profile: PulseItem
Parent: Observation
Id: pulse
Title: "Pulse"
Description: "Pulse, as the card records it."
* insert Measured(CodesPulse, UnitsRate)

ValueSet: CodesBileAcids
Id: codes-bile-acids
Title: "Bile acids: the codes by which it is recognised"
* $card#bile-acids
* $card#bile-acids-fasting

Profile: BileAcidsItem
Parent: Observation
Id: bile-acids
Title: "Bile acids"
Description: "Bile acids, as the card records it."
* insert Measured(CodesBileAcids, UnitsBileAcids)

ValueSet: CodesTravelTime
Id: codes-travel-time
Title: "Time of travel to the place of birth: the codes by which it is recognised"
* $card#travel-time

Profile: TravelTimeItem
Parent: Observation
Id: travel-time
Title: "Time of travel to the place of birth"
Description: "Time of travel to the place of birth, as the card records it."
* insert Measured(CodesTravelTime, UnitsTravel)

ValueSet: CodesYears
Id: codes-years
Title: "Years: the codes by which it is recognised"
* $card#years-since-last-birth

Profile: YearsItem
Parent: Observation
Id: years
Title: "Years"
Description: "Years, as the card records it."
* insert Measured(CodesYears, UnitsYears)

ValueSet: CodesShare
Id: codes-share
Title: "A share in per cent: the codes by which it is recognised"
* $card#employment-percentage
* $card#employment-rate
* $card#efw-percentile
* $card#efw-deviation
* $card#fetal-fraction

Profile: ShareItem
Parent: Observation
Id: share
Title: "A share in per cent"
Description: "A share in per cent, as the card records it."
* insert Measured(CodesShare, UnitsShare)

ValueSet: CodesCount
Id: codes-count
Title: "A number of times or pieces: the codes by which it is recognised"
* $card#previous-live-births
* $loinc#11636-8
* $card#previous-miscarriages
* $loinc#11614-5
* $sct#248989003
* $card#previous-stillbirths
* $loinc#57062-2
* $sct#252112002
* $card#previous-ectopic
* $loinc#33065-4
* $sct#440537001
* $card#parity
* $loinc#11977-6
* $sct#364325004
* $card#previous-caesareans
* $loinc#68497-7
* $sct#252115000
* $card#smoking-daily
* $card#snus-daily

Profile: CountItem
Parent: Observation
Id: count
Title: "A number of times or pieces"
Description: "A number of times or pieces, as the card records it."
* insert Plain(CodesCount)

ValueSet: CodesBloodLoss
Id: codes-blood-loss
Title: "Blood lost at birth: the codes by which it is recognised"
* $card#blood-loss

Profile: BloodLossItem
Parent: Observation
Id: blood-loss
Title: "Blood lost at birth"
Description: "Blood lost at birth, as the card records it."
* insert Measured(CodesBloodLoss, UnitsVolume)

ValueSet: CodesBirthMode
Id: codes-birth-mode
Title: "Mode of birth: the codes by which it is recognised"
* $card#birth-mode

ValueSet: AnswersBirthMode
Id: answers-birth-mode
Title: "Mode of birth: the answers"
* $card#spontaneous
* $card#vacuum
* $card#forceps
* $card#breech
* $card#caesarean-planned
* $card#caesarean-acute

Profile: BirthModeItem
Parent: Observation
Id: birth-mode
Title: "Mode of birth"
Description: "Mode of birth, as the card records it."
* insert Chosen(CodesBirthMode, AnswersBirthMode)

ValueSet: CodesNewbornMeasurement
Id: codes-newborn-measurement
Title: "Length and head of the newborn: the codes by which it is recognised"
* $card#birth-length
* $loinc#89269-5
* $sct#169886007
* $card#birth-head
* $loinc#8290-9

Profile: NewbornMeasurementItem
Parent: Observation
Id: newborn-measurement
Title: "Length and head of the newborn"
Description: "Length and head of the newborn, as the card records it."
* insert Measured(CodesNewbornMeasurement, UnitsHeight)

ValueSet: CodesCordPh
Id: codes-cord-ph
Title: "pH of the cord: the codes by which it is recognised"
* $card#cord-ph
* $loinc#28646-8

Profile: CordPhItem
Parent: Observation
Id: cord-ph
Title: "pH of the cord"
Description: "pH of the cord, as the card records it."
* insert Plain(CodesCordPh)

ValueSet: CodesChildRhd
Id: codes-child-rhd
Title: "RhD of the newborn: the codes by which it is recognised"
* $card#child-rhd

ValueSet: AnswersChildRhd
Id: answers-child-rhd
Title: "RhD of the newborn: the answers"
* $card#positive
* $card#negative
* $card#inconclusive

Profile: ChildRhdItem
Parent: Observation
Id: child-rhd
Title: "RhD of the newborn"
Description: "RhD of the newborn, as the card records it."
* insert Chosen(CodesChildRhd, AnswersChildRhd)

ValueSet: CodesNewbornHepatitisB
Id: codes-newborn-hepatitis-b
Title: "Hepatitis B immunoglobulin and vaccine for the newborn: the codes by which it is recognised"
* $card#newborn-hepatitis-b

ValueSet: AnswersNewbornHepatitisB
Id: answers-newborn-hepatitis-b
Title: "Hepatitis B immunoglobulin and vaccine for the newborn: the answers"
* $card#given
* $card#declined
* $card#not-given

Profile: NewbornHepatitisBItem
Parent: Observation
Id: newborn-hepatitis-b
Title: "Hepatitis B immunoglobulin and vaccine for the newborn"
Description: "Hepatitis B immunoglobulin and vaccine for the newborn, as the card records it."
* insert Chosen(CodesNewbornHepatitisB, AnswersNewbornHepatitisB)

ValueSet: CodesBreastfeeding
Id: codes-breastfeeding
Title: "Breastfeeding: the codes by which it is recognised"
* $card#breastfeeding

ValueSet: AnswersBreastfeeding
Id: answers-breastfeeding
Title: "Breastfeeding: the answers"
* $card#full
* $card#partial
* $card#none

Profile: BreastfeedingItem
Parent: Observation
Id: breastfeeding
Title: "Breastfeeding"
Description: "Breastfeeding, as the card records it."
* insert Chosen(CodesBreastfeeding, AnswersBreastfeeding)

ValueSet: CodesUse
Id: codes-use
Title: "Tobacco, alcohol and other substances: the codes by which it is recognised"
* $card#smoking
* $loinc#72166-2
* $sct#229819007
* $card#snus
* $card#alcohol-use
* $loinc#74013-4
* $card#substances

ValueSet: AnswersUse
Id: answers-use
Title: "Tobacco, alcohol and other substances: the answers"
* $card#none
* $card#stopped
* $card#occasional
* $card#daily
* $card#yes
* $card#no
* $card#unknown

Profile: UseItem
Parent: Observation
Id: use
Title: "Tobacco, alcohol and other substances"
Description: "Tobacco, alcohol and other substances, as the card records it."
* insert Chosen(CodesUse, AnswersUse)

ValueSet: CodesScore
Id: codes-score
Title: "A score or grade: the codes by which it is recognised"
* $card#epds-item-10
* $card#perineal-tear

Profile: ScoreItem
Parent: Observation
Id: score
Title: "A score or grade"
Description: "A score or grade, as the card records it."
* insert Plain(CodesScore)

ValueSet: CodesYesOrNo
Id: codes-yes-or-no
Title: "A question with three answers: the codes by which it is recognised"
* $card#employed-last-6-months
* $card#cohabiting-coparent
* $card#paternity-declaration
* $card#assisted-conception
* $card#egg-donation
* $card#prenatal-diagnostics
* $card#prenatal-consent
* $card#birth-preparation
* $sct#702396006
* $card#breastfeeding-guidance
* $sct#243094003
* $card#gestational-diabetes-diagnosed
* $sct#11687002
* $card#preeclampsia-diagnosed
* $sct#398254007
* $card#previous-preeclampsia
* $card#previous-gestational-diabetes
* $card#previous-large-child
* $card#previous-shoulder-dystocia
* $card#previous-growth-restriction
* $card#previous-gbs-child
* $card#previous-preterm-birth
* $card#previous-haemorrhage
* $card#heredity-none-known
* $card#consanguinity
* $sct#842009
* $card#hip-dysplasia
* $card#heredity-other
* $card#family-diabetes
* $card#family-preeclampsia
* $card#family-thrombosis
* $card#origin-asia-africa
* $card#nothing-particular
* $card#heart-disease
* $card#high-blood-pressure
* $card#kidney-disease
* $card#diabetes
* $card#allergies-asthma
* $card#epilepsy
* $card#thrombosis
* $card#autoimmune-disease
* $card#gynaecological-conditions
* $card#mental-illness
* $card#other-conditions
* $card#severe-mental-illness
* $card#sle-or-antiphospholipid
* $card#thrombophilia
* $card#impaired-glucose-tolerance
* $card#drug-allergy
* $card#folate-before
* $card#folate-during
* $sct#792807003
* $card#aspirin-prophylaxis
* $card#fetal-rhd-consent
* $card#takes-medicine
* $card#nipt-indication
* $card#nipt-consent
* $card#nipt-ordered
* $card#symptom-headache
* $card#symptom-vision
* $card#symptom-upper-pain
* $card#symptom-bleeding
* $card#symptom-fluid
* $card#symptom-contractions
* $card#symptom-itching
* $card#symptom-fever
* $card#symptom-discharge
* $card#discharged

ValueSet: AnswersYesOrNo
Id: answers-yes-or-no
Title: "A question with three answers: the answers"
* $card#yes
* $card#no
* $card#unknown

Profile: YesOrNoItem
Parent: Observation
Id: yes-or-no
Title: "A question with three answers"
Description: "A question with three answers, as the card records it."
* insert Chosen(CodesYesOrNo, AnswersYesOrNo)

ValueSet: CodesNote
Id: codes-note
Title: "What is told in words: the codes by which it is recognised"
* $card#occupation
* $card#workplace
* $card#country-of-birth
* $card#coparent-note
* $card#marital-status
* $card#education
* $card#partner
* $card#social-needs
* $card#birth-place
* $card#previous-note
* $card#previous-experience
* $card#heredity-note
* $card#conditions-note
* $card#medication-frequency
* $card#medication-note
* $card#lifestyle-note
* $card#diet
* $card#physical-activity
* $card#tests-note
* $card#fetal-rhd-expected
* $card#rhd-note
* $card#visit-note
* $card#fetus-note

Profile: NoteItem
Parent: Observation
Id: note
Title: "What is told in words"
Description: "What is told in words, as the card records it."
* insert Told(CodesNote)
