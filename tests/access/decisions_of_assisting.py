"""TABLE: literal decisions on those who assist: secretary, student, whom she let in, and the register's system.

Written and read as ``decisions.py`` says. Grounds: helsepersonelloven §§ 5, 22, 25, 26, 35; pbrl §§ 3-1, 3-3.
"""

ASSISTING = """
# hpl § 26: the office receives her and keeps her appointments
secretary read    Patient,CareTeam,Appointment,AppointmentResponse  related  allow.secretary.read
secretary create  Appointment,AppointmentResponse  related           allow.secretary.book
secretary update  Patient,Appointment    related                     allow.secretary.keep
# and sees nothing clinical, nor her choices, nor who looked
secretary read    EpisodeOfCare,Encounter,Observation,Condition,AllergyIntolerance,DiagnosticReport,Flag,CarePlan  related  no
secretary read    RelatedPerson,QuestionnaireResponse,Communication,Task,DocumentReference,Bundle,Binary  related  no
secretary read    Consent,Provenance,AuditEvent  related             no
secretary read    Observation            related,attested            no
secretary read    Appointment,Patient    related,SDV                 no
secretary read    Appointment            related,HIV                 no
secretary update  Appointment            related,PSY                 no
secretary read    Appointment            related,NOPAT               allow.secretary.read
secretary create  Observation,Encounter,Condition,Communication,Task,Flag,EpisodeOfCare,CareTeam  related  no
secretary create  Patient                stranger,attested           no
secretary update  AppointmentResponse,CareTeam  related,wrote        no
secretary delete  Appointment,AppointmentResponse,Patient  related,wrote  no
secretary read    Patient,Appointment    stranger                    no
secretary create  Appointment            stranger,attested           no
secretary read    Patient                related,blocked             block.her-choice
secretary create  Appointment            related,blocked             block.her-choice
secretary read    Appointment            related,restricted          block.her-restriction
secretary create  Appointment            related,unconsented         block.her-consent
secretary read    Patient                related,unconsented         allow.secretary.read
secretary read    Appointment            related,MOVED               block.moved
secretary read    Patient                stranger,urgent,granted     no
secretary read    Practitioner,Organization,Schedule,Slot  nobody    allow.catalogue.read
secretary create  Schedule,Slot          nobody                      allow.calendar.create
secretary update  Schedule,Slot          nobody,wrote                allow.calendar.keep
secretary delete  Slot                   nobody,wrote                allow.calendar.keep
secretary create  Subscription,Group     nobody                      no
# hpl § 5: a student works, and reads, under the supervisor whom the token names
student   read    AllergyIntolerance,Appointment,AppointmentResponse,CarePlan,CareTeam,Communication,Condition  related  allow.student.read
student   read    DiagnosticReport,Encounter,EpisodeOfCare,FamilyMemberHistory,Flag,Goal,Immunization  related  allow.student.read
student   read    MedicationStatement,Observation,Patient,Procedure,QuestionnaireResponse,RelatedPerson  related  allow.student.read
student   read    ServiceRequest,Task  related  allow.student.read
student   create  Encounter,Observation,QuestionnaireResponse  related  allow.student.create
# she registers; her supervisor corrects, signs, marks as wrong and ends
student   update  Observation,Encounter,QuestionnaireResponse  related,wrote  no
student   delete  Observation            related,wrote               no
student   update  Patient,EpisodeOfCare,CarePlan,Task,Flag  related  no
student   create  Condition,AllergyIntolerance,MedicationRequest,DiagnosticReport,CarePlan,Provenance  related  no
student   create  Patient                stranger,attested           no
student   create  EpisodeOfCare,Consent,CareTeam  related            no
student   read    DocumentReference,Bundle,Binary,Composition,ImagingStudy,Consent,AuditEvent  related  no
student   read    Observation            related,SDV                 no
student   read    Condition              related,PSY                 no
student   read    Observation            related,NOPAT               allow.student.read
student   read    Patient,Observation    stranger                    no
student   create  Observation            stranger,attested           no
student   read    Observation            stranger,urgent,granted     no
student   read    Observation            related,blocked             block.her-choice
student   create  Observation            related,restricted          block.her-restriction
student   read    Observation            related,restricted          block.her-restriction
student   read    Observation            related,unconsented         block.her-consent
student   create  Observation            related,MOVED               block.moved
student   read    Questionnaire,Organization  nobody                 allow.catalogue.read
student   create  Schedule,Subscription  nobody                      no
# hpl § 22, pbrl § 3-1: a doula sees her plan and her appointments, if she invited her, and nothing else
doula     read    Patient,CarePlan,Appointment  stranger,invited     allow.doula.read
doula     read    Patient,CarePlan,Appointment  stranger             no
doula     read    CarePlan               stranger,wrote              no
doula     read    EpisodeOfCare,Encounter,Observation,Condition,DiagnosticReport,QuestionnaireResponse,Flag  stranger,invited  no
doula     read    RelatedPerson,CareTeam,Communication,DocumentReference,Bundle,Binary,Task  stranger,invited  no
doula     read    Consent,Provenance,AuditEvent  stranger,invited    no
doula     read    CarePlan,Appointment   stranger,invited,SDV        no
doula     read    Appointment            stranger,invited,HIV        no
doula     read    CarePlan               stranger,invited,NOPAT      block.not-for-patient
doula     read    CarePlan               stranger,invited,blocked    block.her-choice.lay
doula     read    CarePlan               stranger,invited,MOVED      block.moved
doula     create  CarePlan,Observation,Appointment,AppointmentResponse,Communication,Consent  stranger,invited  no
doula     update  CarePlan,Appointment   stranger,invited,wrote      no
doula     delete  CarePlan               stranger,invited,wrote      no
doula     read    Observation            stranger,invited,urgent,granted  no
doula     read    Organization           nobody                      allow.catalogue.read
# pbrl § 3-3: a verified representative sees what she lets him see; nobody is one by being her partner
representative  read  AllergyIntolerance,Appointment,AppointmentResponse,Basic,Binary,BodyStructure,Bundle,CarePlan  stranger,invited  allow.representative.read
representative  read  CareTeam,ClinicalImpression,Communication,CommunicationRequest,Composition,Condition  stranger,invited  allow.representative.read
representative  read  DetectedIssue,Device,DiagnosticReport,DocumentReference,Encounter,EpisodeOfCare  stranger,invited  allow.representative.read
representative  read  FamilyMemberHistory,Goal,ImagingStudy,Immunization,List,MeasureReport,Media  stranger,invited  allow.representative.read
representative  read  MedicationAdministration,MedicationRequest,MedicationStatement,Observation,Patient,Procedure  stranger,invited  allow.representative.read
representative  read  QuestionnaireResponse,RelatedPerson,RiskAssessment,ServiceRequest,Specimen,Task  stranger,invited  allow.representative.read
representative  read  Patient,EpisodeOfCare,Observation,CarePlan  stranger  no
representative  read  Patient,Observation  self                      no
representative  read  Observation,Condition  stranger,invited,SDV    no
representative  read  Observation        stranger,invited,SEX        no
representative  read  Observation        stranger,invited,NOPAT      block.not-for-patient
representative  read  Observation        self,NOPAT                  block.not-for-patient
representative  read  Observation        stranger,invited,blocked    block.her-choice.lay
representative  read  Observation        stranger,invited,MOVED      block.moved
# he does not see her choices, nor who looked: she must be able to leave unseen
representative  read  Consent,Provenance,AuditEvent  stranger,invited  no
representative  read  Flag               stranger,invited            no
representative  create  Observation,QuestionnaireResponse,CarePlan,Consent,AppointmentResponse  stranger,invited  no
representative  update  Consent,Patient  stranger,invited,wrote      no
representative  delete  Consent          stranger,invited,wrote      no
representative  create  Consent          self                        no
representative  read  Observation        stranger,invited,restricted  allow.representative.read
representative  read  Organization,Questionnaire  nobody             allow.catalogue.read
# nobody else is let in that way
citizen,gp,midwife,hospital,nurse,secretary,student,auditor,operator  read  Patient,CarePlan  stranger,invited  no
# hpl § 35: the register is sent what the notification of a birth is made of
registry  read    Patient,EpisodeOfCare,Encounter,Observation,Condition,Procedure  stranger  allow.registry.read
registry  read    Observation            stranger,NOPAT              allow.registry.read
registry  read    Observation,Condition  stranger,SDV                no
registry  read    Observation            stranger,ETH                no
registry  read    QuestionnaireResponse,CarePlan,Communication,DocumentReference,Consent,AuditEvent,RelatedPerson  stranger  no
registry  read    Observation            nobody                      allow.registry.read
registry  create  Observation,Patient,Condition  stranger            no
registry  update  Observation            stranger,wrote              no
registry  delete  Observation            stranger,wrote              no
registry  read    Observation            stranger,blocked            block.her-choice
registry  read    Observation            stranger,unconsented        block.her-consent
registry  read    Patient                stranger,unconsented        allow.registry.read
registry  read    Observation            stranger,MOVED              block.moved
registry  read    Organization           nobody                      allow.catalogue.read
"""
