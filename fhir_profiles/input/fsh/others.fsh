Extension: EpisodeOfCareExtension
Id: episode-of-care
Title: "The card"
Description: "Which card something belongs to, where R4 has no element for it."
Context: DomainResource
* value[x] 1..1
* value[x] only Reference(EpisodeOfCare)

Extension: FetusExtension
Id: fetus
Title: "The fetus"
Description: "Which fetus something is about, where R4 has no focus."
Context: DomainResource
* value[x] 1..1
* value[x] only Reference(RelatedPerson)

Extension: WaitsUntilExtension
Id: waits-until
Title: "How long it waits"
Description: "Of the label UNTOLD: when she sees the result, if nobody has discussed it with her before."
Context: Coding
* value[x] 1..1
* value[x] only dateTime

Extension: ConfirmationExtension
Id: confirmation
Title: "What a clinician decided"
Description: "Of what she registered herself: who took it into the card or declined it, when, and why. The tag says which."
Context: DomainResource
* extension contains by 1..1 and organization 0..1 and at 1..1 and reason 0..1
* extension[by].value[x] 1..1
* extension[by].value[x] only Reference(Practitioner)
* extension[organization].value[x] 1..1
* extension[organization].value[x] only Reference(Organization)
* extension[at].value[x] 1..1
* extension[at].value[x] only instant
* extension[reason].value[x] 1..1
* extension[reason].value[x] only string

Profile: Pregnancy
Parent: EpisodeOfCare
Id: pregnancy
Title: "The card of one pregnancy"
Description: "One open card a woman; the pregnancy from the first visit to the postpartum control."
* type 1..*
* insert Among(type)
* type contains pregnancy 1..*
* type[pregnancy] = $card#pregnancy
* patient only Reference(Patient)

Profile: Consultation
Parent: Encounter
Id: consultation
Title: "A visit"
Description: "A consultation, an ultrasound, a home visit or the postpartum control."
* insert OfTheWoman
* type 1..*
* insert Among(type)
* type contains visit 1..1
* type[visit] from VisitTypes (required)
* episodeOfCare 0..1
* obeys hk-started

Profile: UltrasoundReport
Parent: DiagnosticReport
Id: ultrasound-report
Title: "Ultrasound"
Description: "The report of an ultrasound with what was measured."
* insert OfTheWoman
* code from UltrasoundReports (required)

Profile: NiptOrder
Parent: ServiceRequest
Id: nipt-order
Title: "Order of NIPT"
Description: "An order of NIPT, with indication and her consent."
* insert OfTheWoman
* code 1..1
* code from NiptOrders (required)
* obeys hk-nipt-consent

Profile: NiptConsent
Parent: Consent
Id: nipt-consent
Title: "Consent to NIPT"
Description: "Her written consent to fetal diagnostics."
* patient 1..1
* category 1..*
* insert Among(category)
* category contains nipt 1..*
* category[nipt] = $card#nipt
* dateTime 1..1

Profile: BirthPlaceRequest
Parent: ServiceRequest
Id: birth-place-request
Title: "Application for a place of birth"
Description: "Where she wishes to give birth, sent to the hospital with her card."
* insert OfTheWoman
* code 1..1
* code from BirthPlaceRequests (required)
* requester 1..1

Profile: BirthPlan
Parent: CarePlan
Id: birth-plan
Title: "Birth plan"
Description: "Her wishes for the birth, discussed with the midwife."
* insert OfTheWoman
* category 1..*
* insert Among(category)
* category contains birthPlan 1..*
* category[birthPlan] = $sct#735986004
* obeys hk-signed

Profile: CardFinding
Parent: Flag
Id: card-finding
Title: "A finding of the rules"
Description: "An alarm, a task or an information that a rule found."
* category 1..*
* insert Among(category)
* category contains class 1..1
* category[class] from FindingClasses (required)
* subject only Reference(Patient)

Profile: CardAllergy
Parent: AllergyIntolerance
Id: card-allergy
Title: "Allergy"
Description: "An allergy or intolerance of the woman."
* obeys hk-named

Profile: CardCondition
Parent: Condition
Id: card-condition
Title: "Condition"
Description: "An illness, before or in this pregnancy."
* obeys hk-named

Profile: CardMedicine
Parent: MedicationStatement
Id: card-medicine
Title: "Medicine she takes"
Description: "A medicine or supplement, also by her own account."
* subject only Reference(Patient)

Profile: BirthPlaceAnswer
Parent: Task
Id: birth-place-answer
Title: "Answer to an application for a place of birth"
Description: "The hospital's task: accepted, another place proposed, or more information asked for."
* code 1..1
* code from BirthPlaceRequests (required)
* for 1..1
* for only Reference(Patient)
* focus 1..1
* focus only Reference(ServiceRequest)
* businessStatus from BirthPlaceAnswers (required)

Profile: HerAnswers
Parent: QuestionnaireResponse
Id: her-answers
Title: "What she answers"
Description: "Answers to the birth plan, the intake form or EPDS, as their Questionnaire asks."
* subject only Reference(Patient)
* obeys hk-form

Profile: CardTeam
Parent: CareTeam
Id: card-team
Title: "Who cares for her"
Description: "The people and organisations that care for the woman."
* subject only Reference(Patient)
* obeys hk-member
