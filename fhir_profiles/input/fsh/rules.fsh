RuleSet: Among(element)
* {element} ^slicing.discriminator.type = #pattern
* {element} ^slicing.discriminator.path = "$this"
* {element} ^slicing.rules = #open

RuleSet: OfTheWoman
* subject 1..1
* subject only Reference(Patient)

RuleSet: Finding(codes)
* insert OfTheWoman
* code from {codes} (required)
* focus only Reference(RelatedPerson)

RuleSet: Measured(codes, units)
* insert Finding({codes})
* value[x] only Quantity or SampledData
* valueQuantity from {units} (required)
* obeys hk-value

RuleSet: Counted(codes)
* insert Finding({codes})
* value[x] only integer or Quantity
* obeys hk-value

RuleSet: Answered(codes)
* insert Finding({codes})
* value[x] only CodeableConcept or boolean or string or integer
* obeys hk-value

RuleSet: Dated(codes)
* insert Finding({codes})
* value[x] only dateTime
* obeys hk-value
* obeys hk-day

Invariant: hk-value
Severity: #error
Description: "A result has a value, or dataAbsentReason says why there is none"
Expression: "value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists() or (status = 'registered' or status = 'cancelled' or status = 'entered-in-error')"

Invariant: hk-day
Severity: #error
Description: "The date is written to the day, since weeks are counted from it"
Expression: "value.exists().not() or value.toString().length() >= 10"

Invariant: hk-side
Severity: #error
Description: "A blood pressure has a systolic or a diastolic value, or says why neither"
Expression: "dataAbsentReason.exists() or component.where(value.exists() or dataAbsentReason.exists()).exists() or (status = 'registered' or status = 'cancelled' or status = 'entered-in-error')"

Invariant: hk-decided
Severity: #error
Description: "A decided due date says why in note"
Expression: "method.coding.where(system = 'https://helsekort.example/fhir/CodeSystem/card' and code = 'decided').exists() implies note.text.exists()"

Invariant: hk-signed
Severity: #error
Description: "An active birth plan names who discussed it: author or contributor"
Expression: "status = 'active' implies (author.exists() or contributor.exists())"

Invariant: hk-nipt-ground
Severity: #error
Description: "A NIPT result refers to the order that it answers (basedOn)"
Expression: "basedOn.exists() or (status = 'registered' or status = 'cancelled' or status = 'entered-in-error')"

Invariant: hk-nipt-consent
Severity: #error
Description: "An active order of NIPT refers to her consent (supportingInfo: Consent)"
Expression: "(status = 'active' or status = 'completed') implies supportingInfo.exists()"

Invariant: hk-started
Severity: #error
Description: "A visit that has begun says when (period.start)"
Expression: "(status = 'planned' or status = 'cancelled' or status = 'entered-in-error' or status = 'unknown') or period.start.exists() or period.end.exists()"

Invariant: hk-named
Severity: #error
Description: "It is said what it is: a code or text"
Expression: "code.exists() or (verificationStatus.coding.where(code = 'entered-in-error').exists())"

Invariant: hk-fetus-name
Severity: #error
Description: "A fetus has a letter or name, so that findings can be told apart"
Expression: "name.exists()"

Invariant: hk-form
Severity: #error
Description: "Completed answers name the form that they answer (questionnaire)"
Expression: "(status = 'completed' or status = 'amended') implies questionnaire.exists()"

Invariant: hk-member
Severity: #error
Description: "A member of the team is named"
Expression: "participant.all(member.exists())"

RuleSet: Chosen(codes, answers)
* insert Answered({codes})
* valueCodeableConcept from {answers} (preferred)

RuleSet: Graded(codes)
* insert Finding({codes})
* value[x] only CodeableConcept or Quantity or boolean or string or integer
* obeys hk-value
* obeys hk-plain

RuleSet: Plain(codes)
* insert Finding({codes})
* value[x] only integer or Quantity
* obeys hk-value
* obeys hk-plain

RuleSet: Told(codes)
* insert Finding({codes})
* value[x] only CodeableConcept or string or dateTime
* obeys hk-value

Invariant: hk-plain
Severity: #error
Description: "A count, score or pH has no unit, or the unit 1, {#}, {score} or [pH]"
Expression: "value.ofType(Quantity).code.exists() implies value.ofType(Quantity).code in ('1' | '{#}' | '{score}' | '[pH]')"

Invariant: hk-newborn
Severity: #error
Description: "A born child is linked (seealso) to the fetus that it was, a RelatedPerson of its mother"
Expression: "link.where(type = 'seealso' and (other.reference.startsWith('RelatedPerson/') or other.reference.startsWith('RelatedPerson?') or other.reference.startsWith('urn:'))).exists()"

Invariant: hk-profession
Severity: #error
Description: "A qualification coded by Volven 9060 has one of its codes"
Expression: "qualification.code.coding.where(system = 'urn:oid:2.16.578.1.12.4.1.1.9060').all(code in ('AA' | 'AT' | 'AU' | 'BI' | 'ET' | 'FA1' | 'FA2' | 'FB' | 'FO' | 'FT' | 'HE' | 'HF' | 'HP' | 'JO' | 'KE' | 'KI' | 'LE' | 'MT' | 'NP' | 'OA' | 'OI' | 'OP' | 'OR' | 'OS' | 'PE' | 'PM' | 'PS' | 'RA' | 'SP' | 'TH' | 'TL' | 'TP' | 'TT' | 'VE' | 'VP' | 'XX'))"

Invariant: hk-work
Severity: #error
Description: "A code of Volven 9060 is one of its codes"
Expression: "code.coding.where(system = 'urn:oid:2.16.578.1.12.4.1.1.9060').all(code in ('AA' | 'AT' | 'AU' | 'BI' | 'ET' | 'FA1' | 'FA2' | 'FB' | 'FO' | 'FT' | 'HE' | 'HF' | 'HP' | 'JO' | 'KE' | 'KI' | 'LE' | 'MT' | 'NP' | 'OA' | 'OI' | 'OP' | 'OR' | 'OS' | 'PE' | 'PM' | 'PS' | 'RA' | 'SP' | 'TH' | 'TL' | 'TP' | 'TT' | 'VE' | 'VP' | 'XX'))"

Invariant: hk-relative
Severity: #error
Description: "It is said who this is: a relationship, a name or a number"
Expression: "relationship.exists() or name.exists() or identifier.exists()"

Invariant: hk-fetus
Severity: #error
Description: "The relationship says that this is a fetus"
Expression: "relationship.coding.where(system = 'https://helsekort.example/fhir/CodeSystem/card' and code = 'fetus').exists()"

Invariant: hk-done
Severity: #error
Description: "It is said what was done: a code"
Expression: "code.exists() or status = 'entered-in-error'"

Invariant: hk-place
Severity: #error
Description: "A place is named: name, description, identifier or address"
Expression: "name.exists() or description.exists() or identifier.exists() or address.exists()"

Invariant: hk-service
Severity: #error
Description: "A service is named: name, type, category or specialty"
Expression: "name.exists() or type.exists() or category.exists() or specialty.exists()"

Invariant: hk-booked
Severity: #error
Description: "A booked appointment says who comes: a participant with an actor"
Expression: "status = 'booked' implies participant.actor.exists()"

Invariant: hk-family
Severity: #error
Description: "A known history says what: a condition or a note, or why it is not known (dataAbsentReason)"
Expression: "(status = 'completed' or status = 'partial') implies (condition.exists() or note.exists() or dataAbsentReason.exists() or deceased.exists() or reasonCode.exists())"

Invariant: hk-choice
Severity: #error
Description: "A choice in force says what she permits or denies (provision.type, of the root or of an exception)"
Expression: "status = 'active' implies (provision.type.exists() or provision.provision.type.exists())"

Invariant: hk-strip
Severity: #error
Description: "A result of Volven 8340 is one of a urine strip: T002, T008, T048, T049, T050 or T052"
Expression: "value.ofType(CodeableConcept).coding.where(system = 'urn:oid:2.16.578.1.12.4.1.1.8340').all(code in ('T002' | 'T008' | 'T048' | 'T049' | 'T050' | 'T052'))"
