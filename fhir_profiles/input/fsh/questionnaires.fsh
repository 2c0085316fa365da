CodeSystem: BirthPlanAnswers
Id: birth-plan
Title: "Answers of the birth plan"
Description: "What she may answer in the birth plan."
* ^content = #complete
* ^caseSensitive = true
* #yes "Ja"
* #yes ^designation[0].language = #nn
* #yes ^designation[0].value = "Ja"
* #yes ^designation[1].language = #en
* #yes ^designation[1].value = "Yes"
* #no "Nei"
* #no ^designation[0].language = #nn
* #no ^designation[0].value = "Nei"
* #no ^designation[1].language = #en
* #no ^designation[1].value = "No"
* #unsure "Vet ikke ennå"
* #unsure ^designation[0].language = #nn
* #unsure ^designation[0].value = "Veit ikkje enno"
* #unsure ^designation[1].language = #en
* #unsure ^designation[1].value = "Not sure yet"
* #no-relief "Helst uten"
* #no-relief ^designation[0].language = #nn
* #no-relief ^designation[0].value = "Helst utan"
* #no-relief ^designation[1].language = #en
* #no-relief ^designation[1].value = "Preferably none"
* #water "Badekar eller dusj"
* #water ^designation[0].language = #nn
* #water ^designation[0].value = "Badekar eller dusj"
* #water ^designation[1].language = #en
* #water ^designation[1].value = "Bath or shower"
* #massage "Massasje"
* #massage ^designation[0].language = #nn
* #massage ^designation[0].value = "Massasje"
* #massage ^designation[1].language = #en
* #massage ^designation[1].value = "Massage"
* #heat "Varme"
* #heat ^designation[0].language = #nn
* #heat ^designation[0].value = "Varme"
* #heat ^designation[1].language = #en
* #heat ^designation[1].value = "Warmth"
* #tens "TENS"
* #tens ^designation[0].language = #nn
* #tens ^designation[0].value = "TENS"
* #tens ^designation[1].language = #en
* #tens ^designation[1].value = "TENS"
* #acupuncture "Akupunktur"
* #acupuncture ^designation[0].language = #nn
* #acupuncture ^designation[0].value = "Akupunktur"
* #acupuncture ^designation[1].language = #en
* #acupuncture ^designation[1].value = "Acupuncture"
* #gas "Lystgass"
* #gas ^designation[0].language = #nn
* #gas ^designation[0].value = "Lystgass"
* #gas ^designation[1].language = #en
* #gas ^designation[1].value = "Nitrous oxide"
* #epidural "Epidural"
* #epidural ^designation[0].language = #nn
* #epidural ^designation[0].value = "Epidural"
* #epidural ^designation[1].language = #en
* #epidural ^designation[1].value = "Epidural"
* #decide-later "Vil bestemme underveis"
* #decide-later ^designation[0].language = #nn
* #decide-later ^designation[0].value = "Vil avgjere undervegs"
* #decide-later ^designation[1].language = #en
* #decide-later ^designation[1].value = "Will decide during labour"
* #breastfeed "Vil amme"
* #breastfeed ^designation[0].language = #nn
* #breastfeed ^designation[0].value = "Vil amme"
* #breastfeed ^designation[1].language = #en
* #breastfeed ^designation[1].value = "Wish to breastfeed"
* #not-breastfeed "Vil ikke amme"
* #not-breastfeed ^designation[0].language = #nn
* #not-breastfeed ^designation[0].value = "Vil ikkje amme"
* #not-breastfeed ^designation[1].language = #en
* #not-breastfeed ^designation[1].value = "Do not wish to breastfeed"
* #need-help "Vil amme og ønsker hjelp"
* #need-help ^designation[0].language = #nn
* #need-help ^designation[0].value = "Vil amme og ønskjer hjelp"
* #need-help ^designation[1].language = #en
* #need-help ^designation[1].value = "Wish to breastfeed, with help"
* #first-birth "Dette er min første fødsel"
* #first-birth ^designation[0].language = #nn
* #first-birth ^designation[0].value = "Dette er den første fødselen min"
* #first-birth ^designation[1].language = #en
* #first-birth ^designation[1].value = "This is my first birth"
* #good "God"
* #good ^designation[0].language = #nn
* #good ^designation[0].value = "God"
* #good ^designation[1].language = #en
* #good ^designation[1].value = "Good"
* #mixed "Både god og vanskelig"
* #mixed ^designation[0].language = #nn
* #mixed ^designation[0].value = "Både god og vanskeleg"
* #mixed ^designation[1].language = #en
* #mixed ^designation[1].value = "Both good and difficult"
* #difficult "Vanskelig"
* #difficult ^designation[0].language = #nn
* #difficult ^designation[0].value = "Vanskeleg"
* #difficult ^designation[1].language = #en
* #difficult ^designation[1].value = "Difficult"

CodeSystem: EpdsScores
Id: epds
Title: "Scores of an item of the EPDS"
Description: "0 to 3, as the scale scores each item."
* ^content = #complete
* ^caseSensitive = true
* #0 "0 poeng"
* #0 ^designation[0].language = #nn
* #0 ^designation[0].value = "0 poeng"
* #0 ^designation[1].language = #en
* #0 ^designation[1].value = "0 points"
* #1 "1 poeng"
* #1 ^designation[0].language = #nn
* #1 ^designation[0].value = "1 poeng"
* #1 ^designation[1].language = #en
* #1 ^designation[1].value = "1 point"
* #2 "2 poeng"
* #2 ^designation[0].language = #nn
* #2 ^designation[0].value = "2 poeng"
* #2 ^designation[1].language = #en
* #2 ^designation[1].value = "2 points"
* #3 "3 poeng"
* #3 ^designation[0].language = #nn
* #3 ^designation[0].value = "3 poeng"
* #3 ^designation[1].language = #en
* #3 ^designation[1].value = "3 points"
