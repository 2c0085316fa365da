ValueSet: NiptAnswers
Id: nipt-answers
Title: "Answers of NIPT"
* $loinc#LA6576-8
* $loinc#LA6577-6
* $loinc#LA22730-8
* $loinc#LA15842-0
* $card#positive
* $card#negative
* $card#not-reportable
* $card#insufficient

ValueSet: BirthOutcomes
Id: birth-outcomes
Title: "Birth or loss"
* $card#live-birth
* $card#stillbirth
* $card#miscarriage
* $card#termination

ValueSet: VisitTypes
Id: visit-types
Title: "Visits"
* $card#first-visit
* $card#antenatal-visit
* $card#ultrasound
* $card#home-visit
* $card#postpartum-visit

ValueSet: FindingClasses
Id: finding-classes
Title: "Classes of findings"
* $card#alarm
* $card#task
* $card#information

ValueSet: NiptOrders
Id: nipt-orders
Title: "What makes a request an order of NIPT"
* $card#nipt

ValueSet: BirthPlaceRequests
Id: birth-place-requests
Title: "What makes a request an application for a place of birth"
* $card#birth-place

ValueSet: BirthPlaceAnswers
Id: birth-place-answers
Title: "How a hospital answers"
* $card#accepted
* $card#other-place
* $card#more-information

ValueSet: UltrasoundReports
Id: ultrasound-reports
Title: "What makes a report one of ultrasound"
* $card#ultrasound

CodeSystem: Card
Id: card
Title: "The card"
Description: "Codes of the pregnancy card where neither LOINC nor SNOMED CT has one."
* ^url = "https://helsekort.example/fhir/CodeSystem/card"
* ^content = #complete
* ^caseSensitive = true
* #pregnancy "Svangerskap"
* #first-visit "Første konsultasjon"
* #antenatal-visit "Svangerskapskontroll"
* #ultrasound "Ultralyd"
* #home-visit "Hjemmebesøk"
* #postpartum-visit "Etterkontroll"
* #fetus "Foster"
* #self-reported "Registrert av kvinnen selv"
* #confirmed "Bekreftet"
* #declined "Ikke tatt inn"
* #UNTOLD "Ikke fortalt henne ennå"
* #changed "Endret siden"
* #MOVED "Flyttet fra en annen kvinne"
* #unknown-code-system "Kode fra et ukjent kodeverk"
* #doula "Doula"
* #discussed "Snakket om med henne"
* #time-passed "Åpnet fordi tiden var ute"
* #correction "Foreslått retting"
* #critical "Kritisk informasjon"
* #ended-by-rule "Avsluttet av reglene"
* #alarm "Alarm"
* #task "Oppgave"
* #information "Opplysning"
* #visit-due "Konsultasjon nå"
* #visit-overdue "Konsultasjon på overtid"
* #new-result "Nytt svar"
* #to-confirm "Venter på bekreftelse"
* #taking-part "Deltakelse"
* #notices "Varsler"
* #first-scan "Tidlig ultralyd"
* #routine-scan "Ultralyd i uke 17–19"
* #lmp "Siste menstruasjon"
* #ivf "Assistert befruktning"
* #corrected "Korrigert"
* #decided "Bestemt av kliniker"
* #term-length "Svangerskapets lengde i dager"
* #oocyte-retrieval "Egguthenting"
* #fetal-heart-activity "Hjerteaktivitet hos fosteret"
* #birth-outcome "Utfall"
* #live-birth "Levende født"
* #stillbirth "Dødfødt"
* #miscarriage "Spontanabort"
* #termination "Avbrudd"
* #weight-before "Vekt før svangerskapet"
* #height "Høyde"
* #bmi "Kroppsmasseindeks"
* #oedema "Ødem"
* #ferritin "Ferritin"
* #hba1c "HbA1c"
* #glucose-fasting "Glukose, fastende"
* #glucose-2h "Glukose, 2 timer"
* #abo "ABO"
* #antibody-screen "Blodtypeantistoff"
* #hiv "HIV"
* #syphilis "Syfilis"
* #hbsag "HBsAg"
* #chlamydia-test "Klamydia"
* #crl "Sete-isse-lengde"
* #bpd "Biparietal diameter"
* #hc "Hodeomkrets"
* #ac "Bukomkrets"
* #fl "Lårbenslengde"
* #nt "Nakkeoppklaring"
* #efw "Anslått fostervekt"
* #cervix-length "Livmorhalsens lengde"
* #nipt "NIPT"
* #nipt-t21 "Trisomi 21, NIPT"
* #nipt-t18 "Trisomi 18, NIPT"
* #nipt-t13 "Trisomi 13, NIPT"
* #fetal-rhd "Fosterets RHD"
* #positive "Positiv"
* #negative "Negativ"
* #inconclusive "Uavklart"
* #not-reportable "Kan ikke besvares"
* #insufficient "For lite materiale"
* #birth-weight "Fødselsvekt"
* #apgar-5 "Apgar etter 5 minutter"
* #apgar-10 "Apgar etter 10 minutter"
* #epds "EPDS, sum"
* #violence "Vold"
* #genital-mutilation "Kjønnslemlestelse"
* #substance-use "Rusmidler"
* #birth-place "Søknad om fødeplass"
* #accepted "Plassen er gitt"
* #other-place "Et annet sted er foreslått"
* #more-information "Flere opplysninger trengs"
* #yes "Ja"
* #no "Nei"
* #unknown "Vet ikke"
* #stated-gestational-week "Svangerskapsuke, som oppgitt"
* #stated-gestational-day "Dager etter fullgått uke, som oppgitt"
* #assisted-conception-date "Dato for assistert befruktning"
* #glucose-tolerance-date "Dato for glukosebelastning"
* #birth-status-as-stated "Fødselsstatus, som oppgitt"
* #stimulus-at-first-consultation "Levevane ved første konsultasjon"
* #stimulus-at-week-36 "Levevane i uke 36"
* #daily-count "Antall om dagen"
* insert ItemCodes
