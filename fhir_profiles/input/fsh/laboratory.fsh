// Norwegian laboratory codes and LOINC, both ways; app/mapping/national_codes.py reads the first.
ValueSet: LaboratoryNorwegian
Id: laboratory-norwegian
Title: "Laboratory codes of the card, NLK and NPU"
* $nlk#NOR05172
* $nlk#NPU19763
* $nlk#NPU27300
* $nlk#NPU58582
* $nlk#NPU21917
* $nlk#NPU04206
* $nlk#NPU19649
* $nlk#NPU03611
* $nlk#NPU12331
* $nlk#NPU12412
* $nlk#NPU12033
* $nlk#NPU18725
* $npu#NPU19763
* $npu#NPU27300
* $npu#NPU58582
* $npu#NPU21917
* $npu#NPU04206
* $npu#NPU19649
* $npu#NPU03611
* $npu#NPU12331
* $npu#NPU12412
* $npu#NPU12033
* $npu#NPU18725

ValueSet: LaboratoryLoinc
Id: laboratory-loinc
Title: "Laboratory codes of the card that NLK or NPU has too, LOINC"
* $loinc#718-7
* $loinc#2276-4
* $loinc#59261-8
* $loinc#883-9
* $loinc#10331-7
* $loinc#20454-5
* $loinc#56888-1
* $loinc#22587-0
* $loinc#21613-5
* $loinc#6357-8
* $loinc#25514-1
* $loinc#8014-3
* $loinc#40667-8
* $loinc#16128-1
* $loinc#13955-0
* $loinc#72607-5
* $loinc#48683-7

Instance: nlk-loinc
InstanceOf: ConceptMap
Usage: #definition
* url = "https://helsekort.example/fhir/ConceptMap/nlk-loinc"
* version = "0.1.0"
* name = "NlkLoinc"
* title = "Norsk laboratoriekodeverk and NPU to LOINC, for the card's results"
* status = #active
* experimental = false
* sourceCanonical = "https://helsekort.example/fhir/ValueSet/laboratory-norwegian"
* targetCanonical = "https://helsekort.example/fhir/ValueSet/laboratory-loinc"
* group[0].source = "urn:oid:2.16.578.1.12.4.1.1.7280"
* group[0].target = "http://loinc.org"
* group[0].element[0].code = #NOR05172
* group[0].element[0].target[0].code = #718-7
* group[0].element[0].target[0].equivalence = #relatedto
* group[0].element[1].code = #NPU19763
* group[0].element[1].target[0].code = #2276-4
* group[0].element[1].target[0].equivalence = #relatedto
* group[0].element[2].code = #NPU27300
* group[0].element[2].target[0].code = #59261-8
* group[0].element[2].target[0].equivalence = #relatedto
* group[0].element[3].code = #NPU58582
* group[0].element[3].target[0].code = #883-9
* group[0].element[3].target[0].equivalence = #relatedto
* group[0].element[4].code = #NPU21917
* group[0].element[4].target[0].code = #10331-7
* group[0].element[4].target[0].equivalence = #relatedto
* group[0].element[5].code = #NPU04206
* group[0].element[5].target[0].code = #20454-5
* group[0].element[5].target[0].equivalence = #relatedto
* group[0].element[6].code = #NPU19649
* group[0].element[6].target[0].code = #56888-1
* group[0].element[6].target[0].equivalence = #relatedto
* group[0].element[7].code = #NPU03611
* group[0].element[7].target[0].code = #22587-0
* group[0].element[7].target[0].equivalence = #relatedto
* group[0].element[8].code = #NPU12331
* group[0].element[8].target[0].code = #21613-5
* group[0].element[8].target[0].equivalence = #relatedto
* group[0].element[8].target[1].code = #6357-8
* group[0].element[8].target[1].equivalence = #relatedto
* group[0].element[9].code = #NPU12412
* group[0].element[9].target[0].code = #25514-1
* group[0].element[9].target[0].equivalence = #relatedto
* group[0].element[9].target[1].code = #8014-3
* group[0].element[9].target[1].equivalence = #relatedto
* group[0].element[9].target[2].code = #40667-8
* group[0].element[9].target[2].equivalence = #relatedto
* group[0].element[10].code = #NPU12033
* group[0].element[10].target[0].code = #16128-1
* group[0].element[10].target[0].equivalence = #relatedto
* group[0].element[10].target[1].code = #13955-0
* group[0].element[10].target[1].equivalence = #relatedto
* group[0].element[11].code = #NPU18725
* group[0].element[11].target[0].code = #72607-5
* group[0].element[11].target[0].equivalence = #relatedto
* group[0].element[11].target[1].code = #48683-7
* group[0].element[11].target[1].equivalence = #relatedto
* group[1].source = "http://npu-terminology.org"
* group[1].target = "http://loinc.org"
* group[1].element[0].code = #NPU19763
* group[1].element[0].target[0].code = #2276-4
* group[1].element[0].target[0].equivalence = #relatedto
* group[1].element[1].code = #NPU27300
* group[1].element[1].target[0].code = #59261-8
* group[1].element[1].target[0].equivalence = #relatedto
* group[1].element[2].code = #NPU58582
* group[1].element[2].target[0].code = #883-9
* group[1].element[2].target[0].equivalence = #relatedto
* group[1].element[3].code = #NPU21917
* group[1].element[3].target[0].code = #10331-7
* group[1].element[3].target[0].equivalence = #relatedto
* group[1].element[4].code = #NPU04206
* group[1].element[4].target[0].code = #20454-5
* group[1].element[4].target[0].equivalence = #relatedto
* group[1].element[5].code = #NPU19649
* group[1].element[5].target[0].code = #56888-1
* group[1].element[5].target[0].equivalence = #relatedto
* group[1].element[6].code = #NPU03611
* group[1].element[6].target[0].code = #22587-0
* group[1].element[6].target[0].equivalence = #relatedto
* group[1].element[7].code = #NPU12331
* group[1].element[7].target[0].code = #21613-5
* group[1].element[7].target[0].equivalence = #relatedto
* group[1].element[7].target[1].code = #6357-8
* group[1].element[7].target[1].equivalence = #relatedto
* group[1].element[8].code = #NPU12412
* group[1].element[8].target[0].code = #25514-1
* group[1].element[8].target[0].equivalence = #relatedto
* group[1].element[8].target[1].code = #8014-3
* group[1].element[8].target[1].equivalence = #relatedto
* group[1].element[8].target[2].code = #40667-8
* group[1].element[8].target[2].equivalence = #relatedto
* group[1].element[9].code = #NPU12033
* group[1].element[9].target[0].code = #16128-1
* group[1].element[9].target[0].equivalence = #relatedto
* group[1].element[9].target[1].code = #13955-0
* group[1].element[9].target[1].equivalence = #relatedto
* group[1].element[10].code = #NPU18725
* group[1].element[10].target[0].code = #72607-5
* group[1].element[10].target[0].equivalence = #relatedto
* group[1].element[10].target[1].code = #48683-7
* group[1].element[10].target[1].equivalence = #relatedto

Instance: loinc-nlk
InstanceOf: ConceptMap
Usage: #definition
* url = "https://helsekort.example/fhir/ConceptMap/loinc-nlk"
* version = "0.1.0"
* name = "LoincNlk"
* title = "LOINC to Norsk laboratoriekodeverk and NPU, for the card's results"
* status = #active
* experimental = false
* sourceCanonical = "https://helsekort.example/fhir/ValueSet/laboratory-loinc"
* targetCanonical = "https://helsekort.example/fhir/ValueSet/laboratory-norwegian"
* group[0].source = "http://loinc.org"
* group[0].target = "urn:oid:2.16.578.1.12.4.1.1.7280"
* group[0].element[0].code = #718-7
* group[0].element[0].target[0].code = #NOR05172
* group[0].element[0].target[0].equivalence = #relatedto
* group[0].element[1].code = #2276-4
* group[0].element[1].target[0].code = #NPU19763
* group[0].element[1].target[0].equivalence = #relatedto
* group[0].element[2].code = #59261-8
* group[0].element[2].target[0].code = #NPU27300
* group[0].element[2].target[0].equivalence = #relatedto
* group[0].element[3].code = #883-9
* group[0].element[3].target[0].code = #NPU58582
* group[0].element[3].target[0].equivalence = #relatedto
* group[0].element[4].code = #10331-7
* group[0].element[4].target[0].code = #NPU21917
* group[0].element[4].target[0].equivalence = #relatedto
* group[0].element[5].code = #20454-5
* group[0].element[5].target[0].code = #NPU04206
* group[0].element[5].target[0].equivalence = #relatedto
* group[0].element[6].code = #56888-1
* group[0].element[6].target[0].code = #NPU19649
* group[0].element[6].target[0].equivalence = #relatedto
* group[0].element[7].code = #22587-0
* group[0].element[7].target[0].code = #NPU03611
* group[0].element[7].target[0].equivalence = #relatedto
* group[0].element[8].code = #21613-5
* group[0].element[8].target[0].code = #NPU12331
* group[0].element[8].target[0].equivalence = #relatedto
* group[0].element[9].code = #6357-8
* group[0].element[9].target[0].code = #NPU12331
* group[0].element[9].target[0].equivalence = #relatedto
* group[0].element[10].code = #25514-1
* group[0].element[10].target[0].code = #NPU12412
* group[0].element[10].target[0].equivalence = #relatedto
* group[0].element[11].code = #8014-3
* group[0].element[11].target[0].code = #NPU12412
* group[0].element[11].target[0].equivalence = #relatedto
* group[0].element[12].code = #40667-8
* group[0].element[12].target[0].code = #NPU12412
* group[0].element[12].target[0].equivalence = #relatedto
* group[0].element[13].code = #16128-1
* group[0].element[13].target[0].code = #NPU12033
* group[0].element[13].target[0].equivalence = #relatedto
* group[0].element[14].code = #13955-0
* group[0].element[14].target[0].code = #NPU12033
* group[0].element[14].target[0].equivalence = #relatedto
* group[0].element[15].code = #72607-5
* group[0].element[15].target[0].code = #NPU18725
* group[0].element[15].target[0].equivalence = #relatedto
* group[0].element[16].code = #48683-7
* group[0].element[16].target[0].code = #NPU18725
* group[0].element[16].target[0].equivalence = #relatedto
* group[1].source = "http://loinc.org"
* group[1].target = "http://npu-terminology.org"
* group[1].element[0].code = #2276-4
* group[1].element[0].target[0].code = #NPU19763
* group[1].element[0].target[0].equivalence = #relatedto
* group[1].element[1].code = #59261-8
* group[1].element[1].target[0].code = #NPU27300
* group[1].element[1].target[0].equivalence = #relatedto
* group[1].element[2].code = #883-9
* group[1].element[2].target[0].code = #NPU58582
* group[1].element[2].target[0].equivalence = #relatedto
* group[1].element[3].code = #10331-7
* group[1].element[3].target[0].code = #NPU21917
* group[1].element[3].target[0].equivalence = #relatedto
* group[1].element[4].code = #20454-5
* group[1].element[4].target[0].code = #NPU04206
* group[1].element[4].target[0].equivalence = #relatedto
* group[1].element[5].code = #56888-1
* group[1].element[5].target[0].code = #NPU19649
* group[1].element[5].target[0].equivalence = #relatedto
* group[1].element[6].code = #22587-0
* group[1].element[6].target[0].code = #NPU03611
* group[1].element[6].target[0].equivalence = #relatedto
* group[1].element[7].code = #21613-5
* group[1].element[7].target[0].code = #NPU12331
* group[1].element[7].target[0].equivalence = #relatedto
* group[1].element[8].code = #6357-8
* group[1].element[8].target[0].code = #NPU12331
* group[1].element[8].target[0].equivalence = #relatedto
* group[1].element[9].code = #25514-1
* group[1].element[9].target[0].code = #NPU12412
* group[1].element[9].target[0].equivalence = #relatedto
* group[1].element[10].code = #8014-3
* group[1].element[10].target[0].code = #NPU12412
* group[1].element[10].target[0].equivalence = #relatedto
* group[1].element[11].code = #40667-8
* group[1].element[11].target[0].code = #NPU12412
* group[1].element[11].target[0].equivalence = #relatedto
* group[1].element[12].code = #16128-1
* group[1].element[12].target[0].code = #NPU12033
* group[1].element[12].target[0].equivalence = #relatedto
* group[1].element[13].code = #13955-0
* group[1].element[13].target[0].code = #NPU12033
* group[1].element[13].target[0].equivalence = #relatedto
* group[1].element[14].code = #72607-5
* group[1].element[14].target[0].code = #NPU18725
* group[1].element[14].target[0].equivalence = #relatedto
* group[1].element[15].code = #48683-7
* group[1].element[15].target[0].code = #NPU18725
* group[1].element[15].target[0].equivalence = #relatedto
