// What the national maternity record states and FHIR has no element for (docs/national-record.md).
ValueSet: CodesStatedAge
Id: codes-stated-age
Title: "Week and day as the national record states them: the codes by which they are recognised"
* $card#stated-gestational-week
* $card#stated-gestational-day

Profile: StatedAge
Parent: Observation
Id: stated-age
Title: "Week or day as stated"
Description: "A week or day of pregnancy as the national record states it, beside the one that is computed."
* insert Counted(CodesStatedAge)

ValueSet: CodesStatedDate
Id: codes-stated-date
Title: "Dates of the national record: the codes by which they are recognised"
* $card#assisted-conception-date
* $card#glucose-tolerance-date

Profile: StatedDate
Parent: Observation
Id: stated-date
Title: "A date as stated"
Description: "The day of assisted conception or of a glucose tolerance test, as the national record states it."
* insert Dated(CodesStatedDate)

ValueSet: CodesStatedOutcome
Id: codes-stated-outcome
Title: "Birth status that is no outcome of the card: the codes by which it is recognised"
* $card#birth-status-as-stated

Profile: StatedOutcome
Parent: Observation
Id: stated-outcome
Title: "Birth status as stated"
Description: "A birth status of the national record that none of the card's outcomes says."
* insert Answered(CodesStatedOutcome)

ValueSet: CodesHabit
Id: codes-habit
Title: "A habit at one moment: the codes by which it is recognised"
* $card#stimulus-at-first-consultation
* $card#stimulus-at-week-36

Profile: Habit
Parent: Observation
Id: habit
Title: "A habit at the first visit or in week 36"
Description: "Tobacco, alcohol or another habit at one moment, with how often and how many a day."
* insert Answered(CodesHabit)

Extension: NationalRecordCodeSystem
Id: national-record-code-system
Title: "Code system as spelled"
Description: "How the national record spells the system of a coding that is not known here."
Context: Coding
* value[x] 1..1
* value[x] only string

Extension: NationalRecordVersion
Id: national-record-version
Title: "Version of the record"
Description: "Which version of the national record this list is."
Context: List
* value[x] 1..1
* value[x] only integer

Extension: NationalRecordKept
Id: national-record-kept
Title: "Members that are not known here"
Description: "What the national record sent beyond its contract, as JSON, so that it is told again."
Context: List
* value[x] 1..1
* value[x] only string

Extension: NationalRecordOrganization
Id: national-record-organization
Title: "Organisation of the writer"
Description: "The organisation that wrote a version of the national record."
Context: List
* value[x] 1..1
* value[x] only Reference(Organization)

Extension: NationalRecordProfession
Id: national-record-profession
Title: "Profession of the writer"
Description: "The profession of who wrote a version of the national record."
Context: List
* value[x] 1..1
* value[x] only code
