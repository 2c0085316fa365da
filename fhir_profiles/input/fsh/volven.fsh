// Norwegian code lists under their own OIDs (https://volven.no), with the codes that the card reads or holds others to.
CodeSystem: Volven9060
Id: volven-9060
Title: "Volven 9060 Kategori helsepersonell"
Description: "Categories of health personnel; as published by HL7 Norway (HL7Norway/kodeverk)."
* ^url = "urn:oid:2.16.578.1.12.4.1.1.9060"
* ^publisher = "Helsedirektoratet"
* ^content = #complete
* ^caseSensitive = true
* #AA "Ambulansearbeider"
* #AT "Apotektekniker"
* #AU "Audiograf"
* #BI "Bioingeniør"
* #ET "Ergoterapeut"
* #FA1 "Provisorfarmasøyt"
* #FA2 "Reseptarfarmasøyt"
* #FB "Fiskehelsebiolog"
* #FO "Fotterapeut"
* #FT "Fysioterapeut"
* #HE "Helsesekretær"
* #HF "Helsefagarbeider"
* #HP "Hjelpepleier"
* #JO "Jordmor"
* #KE "Klinisk ernæringsfysiolog"
* #KI "Kiropraktor"
* #LE "Lege"
* #MT "Manuellterapeut"
* #NP "Naprapat"
* #OA "Omsorgsarbeider"
* #OI "Ortopediingeniør"
* #OP "Optiker"
* #OR "Ortoptist"
* #OS "Osteopat"
* #PE "Perfusjonist"
* #PM "Paramedisiner"
* #PS "Psykolog"
* #RA "Radiograf"
* #SP "Sykepleier"
* #TH "Tannhelsesekretær"
* #TL "Tannlege"
* #TP "Tannpleier"
* #TT "Tanntekniker"
* #VE "Veterinær"
* #VP "Vernepleier"
* #XX "Ukjent/uspesifisert"

CodeSystem: Volven8340
Id: volven-8340
Title: "Volven 8340 Tekstlige resultatverdier for mikrobiologiske svar"
Description: "Results in words; here only those of a urine strip, as the national maternity record names them."
* ^url = "urn:oid:2.16.578.1.12.4.1.1.8340"
* ^publisher = "Helsedirektoratet"
* ^content = #fragment
* ^caseSensitive = true
* #T002 "Positiv"
* #T008 "Negativ"
* #T048 "1+"
* #T049 "2+"
* #T050 "3+"
* #T052 "Spor"

CodeSystem: Volven9602
Id: volven-9602
Title: "Volven 9602 Dokumenttyper"
Description: "Types of documents; those that no-basis 2.2.0 lists for DocumentReference and Composition."
* ^url = "urn:oid:2.16.578.1.12.4.1.1.9602"
* ^publisher = "Helsedirektoratet"
* ^content = #fragment
* ^caseSensitive = true
* #A00-1 "Epikriser og sammenfatninger"
* #A01-2 "Kriseplan"
* #A02-2 "Individuell plan"
* #A03-2 "Epikrise"
* #A04-2 "Sykepleiesammenfatning"
* #A05-2 "Fysioterapisammenfatning"
* #A06-2 "Ergoterapisammenfatning"
* #A07-2 "Psykologsammenfatning"
* #A08-2 "Sosionomsammenfatning"
* #A09-2 "Ernæringsfysiologsammenfatning"
* #A10-2 "Annet fagpersonell sammenfatning"
* #A11-2 "Tverrfaglig sammenfatning"
* #A12-2 "Utskrivings-/Pasientorientering"
* #A13-2 "Poliklinisk epikrise"
* #B00-1 "Kontinuerlig/løpende journal"
* #B01-2 "Tverrfaglig behandlingsplan"
* #B02-2 "Journalnotat"
* #B03-2 "Poliklinisk notat"
* #C00-1 "Prøvesvar, vev og væsker"
* #C01-2 "Medisinsk biokjemi"
* #C02-2 "Blodbank og immunologi"
* #C03-2 "Mikrobiologi, virologi og serologi"
* #C04-2 "Patologi, histologi og cytologi"
* #C05-2 "Klinisk farmakologi"
* #C06-2 "Medisinsk genetikk"
* #C07-2 "Allergiutredning"
* #D00-1 "Organfunksjon"
* #D01-2 "Hjerte og kretsløp"
* #D02-2 "Lunge"
* #D03-2 "Fordøyelse"
* #D04-2 "Urinveier"
* #D05-2 "Gyn/Reproduksjon"
* #D06-2 "Nervesystemet"
* #D07-2 "Ledd/ ben/ skjelett"
* #D08-2 "ØNH"
* #D09-2 "Øye"
* #D10-2 "Hud"
* #D11-2 "Endokrinologi"
* #D12-2 "Metabolisme"
* #D13-2 "Beinmargsutstryk"
* #E00-1 "Bildediagnostikk og andre medisinske bilder"
* #E01-2 "Diagnostiske bilder"
* #F00-1 "Kurve, observasjon og behandling"
* #F01-2 "Kurve"
* #F02-2 "Anestesi- og opr. Rapporter"
* #F03-2 "Intensiv/postoperativ observasjon"
* #F04-2 "Svangerskap og fødsel"
* #F05-2 "Diabetes/ endokrinologi"
* #F06-2 "Onkologi/ hematologi"
* #F07-2 "Nyre/ dialyse"
* #F08-2 "Smertebehandling"
* #F09-2 "Ambulansejournal"
* #F10-2 "Transplantasjon"
* #I00-1 "Korrespondanse"
* #I01-2 "Henvisninger"
* #I02-2 "Brev"
* #J00-1 "Attester, melding og erklæringer"
* #J01-2 "Sykmeldinger og trygdesaker"
* #J02-2 "Legeerklæring om dødsfall"
* #S00-1 "Test og scoring"
* #S01-2 "Tester"
* #S02-2 "Systematiserte diagnostiske intervju"
* #S03-2 "Voldsrisikovurdering"

CodeSystem: Nlk
Id: nlk
Title: "Norsk laboratoriekodeverk (NLK)"
Description: "Norwegian laboratory codes (NPU and national NOR); here only those of the card, named where a published source names them."
* ^url = "urn:oid:2.16.578.1.12.4.1.1.7280"
* ^publisher = "Helsedirektoratet"
* ^content = #fragment
* ^caseSensitive = true
* #NOR05172 "B-Hemoglobin"
* #NPU03611
* #NPU04206
* #NPU12033
* #NPU12331
* #NPU12412 "P-Rubellavirus IgG"
* #NPU18725
* #NPU19649
* #NPU19763 "P-Ferritin"
* #NPU21917 "Ery-Rh-D-antigen"
* #NPU27300 "B-HbA1c"
* #NPU58582 "Ery-ABO-fenotype"

ValueSet: Professions
Id: volven-9060
Title: "Health personnel (Volven 9060)"
Description: "no-basis binds to it under the OID of the list."
* ^url = "urn:oid:2.16.578.1.12.4.1.1.9060"
* $volven9060#AA
* $volven9060#AT
* $volven9060#AU
* $volven9060#BI
* $volven9060#ET
* $volven9060#FA1
* $volven9060#FA2
* $volven9060#FB
* $volven9060#FO
* $volven9060#FT
* $volven9060#HE
* $volven9060#HF
* $volven9060#HP
* $volven9060#JO
* $volven9060#KE
* $volven9060#KI
* $volven9060#LE
* $volven9060#MT
* $volven9060#NP
* $volven9060#OA
* $volven9060#OI
* $volven9060#OP
* $volven9060#OR
* $volven9060#OS
* $volven9060#PE
* $volven9060#PM
* $volven9060#PS
* $volven9060#RA
* $volven9060#SP
* $volven9060#TH
* $volven9060#TL
* $volven9060#TP
* $volven9060#TT
* $volven9060#VE
* $volven9060#VP
* $volven9060#XX

ValueSet: StripResults
Id: volven-8340
Title: "Results of a urine strip (Volven 8340)"
* $volven8340#T002
* $volven8340#T008
* $volven8340#T048
* $volven8340#T049
* $volven8340#T050
* $volven8340#T052

ValueSet: DocumentTypes
Id: volven-9602
Title: "Types of documents (Volven 9602)"
* $volven9602#A00-1
* $volven9602#A01-2
* $volven9602#A02-2
* $volven9602#A03-2
* $volven9602#A04-2
* $volven9602#A05-2
* $volven9602#A06-2
* $volven9602#A07-2
* $volven9602#A08-2
* $volven9602#A09-2
* $volven9602#A10-2
* $volven9602#A11-2
* $volven9602#A12-2
* $volven9602#A13-2
* $volven9602#B00-1
* $volven9602#B01-2
* $volven9602#B02-2
* $volven9602#B03-2
* $volven9602#C00-1
* $volven9602#C01-2
* $volven9602#C02-2
* $volven9602#C03-2
* $volven9602#C04-2
* $volven9602#C05-2
* $volven9602#C06-2
* $volven9602#C07-2
* $volven9602#D00-1
* $volven9602#D01-2
* $volven9602#D02-2
* $volven9602#D03-2
* $volven9602#D04-2
* $volven9602#D05-2
* $volven9602#D06-2
* $volven9602#D07-2
* $volven9602#D08-2
* $volven9602#D09-2
* $volven9602#D10-2
* $volven9602#D11-2
* $volven9602#D12-2
* $volven9602#D13-2
* $volven9602#E00-1
* $volven9602#E01-2
* $volven9602#F00-1
* $volven9602#F01-2
* $volven9602#F02-2
* $volven9602#F03-2
* $volven9602#F04-2
* $volven9602#F05-2
* $volven9602#F06-2
* $volven9602#F07-2
* $volven9602#F08-2
* $volven9602#F09-2
* $volven9602#F10-2
* $volven9602#I00-1
* $volven9602#I01-2
* $volven9602#I02-2
* $volven9602#J00-1
* $volven9602#J01-2
* $volven9602#J02-2
* $volven9602#S00-1
* $volven9602#S01-2
* $volven9602#S02-2
* $volven9602#S03-2
