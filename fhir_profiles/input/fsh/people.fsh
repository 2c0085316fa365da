// People, organisations and documents, on HL7 Norway's no-basis 2.2.0 where it has a profile (docs/adr/0009).
RuleSet: Numbered
* identifier.system 1..1
* identifier.value 1..1

Profile: Woman
Parent: $noPatient
Id: woman
Title: "The woman"
Description: "The woman whose card it is: numbers with their system, as no-basis has them."
* insert Numbered

Profile: Newborn
Parent: $noPatient
Id: newborn
Title: "A born child"
Description: "A child, linked to the fetus that it was; kept within its mother's record."
* insert Numbered
* birthDate 1..1
* link 1..*
* obeys hk-newborn

Profile: Personnel
Parent: $noPractitioner
Id: personnel
Title: "Health personnel"
Description: "Who cares for her, by HPR number; the profession is one of Volven 9060."
* insert Numbered
* obeys hk-profession

Profile: PersonnelRole
Parent: $noPractitionerRole
Id: personnel-role
Title: "Health personnel at work"
Description: "Who works where and as what; a profession is one of Volven 9060."
* obeys hk-work

Profile: Unit
Parent: $noOrganization
Id: unit
Title: "Organisation"
Description: "A practice, a municipal service or a hospital, by organisation number."
* insert Numbered

Profile: Relative
Parent: $noRelatedPerson
Id: relative
Title: "Somebody near to her"
Description: "A partner, next of kin or representative."
* insert Numbered
* obeys hk-relative

Profile: Fetus
Parent: $noRelatedPerson
Id: fetus-person
Title: "A fetus"
Description: "A fetus among several: a related person of its mother."
* insert Numbered
* relationship 1..*
* obeys hk-fetus
* obeys hk-fetus-name

Profile: CardProcedure
Parent: $noProcedure
Id: card-procedure
Title: "What was done"
Description: "Anti-D, an earlier operation or another procedure of the woman."
* insert OfTheWoman
* obeys hk-done

Profile: CardDocument
Parent: $noDocumentReference
Id: card-document
Title: "Where a document is"
Description: "A document about the woman; its type is one of Volven 9602, F04-2 for the card itself."
* subject only Reference(Patient)
* type from DocumentTypes (required)

Profile: CardComposition
Parent: $noComposition
Id: card-composition
Title: "A text with sections"
Description: "A document about the woman; its type is one of Volven 9602, F04-2 for the card itself."
* subject only Reference(Patient)
* type from DocumentTypes (required)

Profile: Place
Parent: $noLocation
Id: place
Title: "Place"
Description: "A health station, a practice or a ward."
* obeys hk-place

Profile: Service
Parent: $noHealthcareService
Id: service
Title: "Service"
Description: "What an organisation offers, such as midwifery."
* obeys hk-service

Profile: CardAppointment
Parent: $noAppointment
Id: card-appointment
Title: "Appointment"
Description: "A visit that is booked or proposed."
* obeys hk-booked

Profile: FamilyHistory
Parent: FamilyMemberHistory
Id: family-history
Title: "Illness in her family"
Description: "What a relative of the woman has or had; no-basis has no profile of it."
* patient only Reference(Patient)
* obeys hk-family

Profile: HerChoice
Parent: Consent
Id: her-choice
Title: "Her choice"
Description: "Whom she lets in, keeps out or takes no part with; no-basis has no profile of it."
* patient 1..1
* patient only Reference(Patient)
* obeys hk-choice
