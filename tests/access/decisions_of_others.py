"""TABLE: literal decisions on the woman herself, the operator, the auditor, the server and the sandbox.

Written and read as ``decisions.py`` says. Grounds: pbrl §§ 3-1, 5-1; pasientjournalloven §§ 16-19, 22, 23.
"""

OTHERS = """
# pbrl § 5-1, pjl § 18: her card is open to her
citizen   read    Patient                self                        allow.self.read
citizen   read    RelatedPerson          self                        allow.self.read
citizen   read    EpisodeOfCare          self                        allow.self.read
citizen   read    Encounter              self                        allow.self.read
citizen   read    Observation            self                        allow.self.read
citizen   read    Observation            self,SDV                    allow.self.read
citizen   read    Observation            self,HIV                    allow.self.read
citizen   read    CarePlan               self                        allow.self.read
citizen   read    Consent                self                        allow.self.read
citizen   read    Provenance             self                        allow.self.read
citizen   read    AuditEvent             self                        allow.self.log
citizen   read    CareTeam,Condition,AllergyIntolerance,DiagnosticReport,QuestionnaireResponse  self  allow.self.read
citizen   read    ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  self  allow.self.read
citizen   read    Immunization,FamilyMemberHistory,ImagingStudy,Media,Specimen,Device,BodyStructure  self  allow.self.read
citizen   read    Goal,ClinicalImpression,RiskAssessment,DetectedIssue  self  allow.self.read
citizen   read    Appointment,AppointmentResponse,Task,Communication,CommunicationRequest  self  allow.self.read
citizen   read    Composition,DocumentReference,Binary,Bundle,List,Basic,MeasureReport  self  allow.self.read
citizen   read    Flag                   self                        no
# pbrl § 5-1 second paragraph: but for what would endanger her
citizen   read    Observation            self,NOPAT                  block.not-for-patient
citizen   read    Condition              self,NOPAT,SDV              block.not-for-patient
citizen   read    Flag                   self,NOPAT                  block.not-for-patient
citizen   update  Observation            self,wrote,NOPAT            block.not-for-patient
citizen   create  Observation            self,NOPAT                  block.not-for-patient
citizen   delete  QuestionnaireResponse  self,wrote,NOPAT            block.not-for-patient
citizen   read    Bundle,Binary,Communication,Appointment,Provenance  self,NOPAT  block.not-for-patient
citizen   create  AppointmentResponse    self,NOPAT                  block.not-for-patient
# and no other woman's
citizen   read    Patient                stranger                    no
citizen   read    Observation            stranger                    no
citizen   read    EpisodeOfCare          stranger                    no
citizen   read    Consent                stranger                    no
citizen   read    AuditEvent             stranger                    no
citizen   create  Observation            stranger                    no
citizen   create  Consent                stranger                    no
citizen   create  CareTeam               stranger                    no
citizen   update  Observation            stranger,wrote              no
citizen   delete  Consent                stranger,wrote              no
citizen   read    Appointment,Communication,Bundle,Binary,DocumentReference,MedicationStatement  stranger  no
citizen   create  AppointmentResponse,MedicationStatement  stranger  no
# pbrl § 3-1: she takes part; she changes what she wrote, not what others wrote
citizen   create  Observation            self                        allow.self.create
citizen   create  QuestionnaireResponse  self                        allow.self.create
citizen   create  CarePlan               self                        allow.self.create
citizen   create  CareTeam               self                        allow.self.create
citizen   create  Consent                self                        allow.self.create
citizen   update  CarePlan               self,wrote                  allow.self.update
citizen   update  Consent                self,wrote                  allow.self.update
citizen   delete  Consent                self,wrote                  allow.self.update
citizen   delete  Observation            self,wrote                  allow.self.update
citizen   create  AppointmentResponse,MedicationStatement  self      allow.self.create
citizen   update  QuestionnaireResponse,Observation,CareTeam,AppointmentResponse,MedicationStatement  self,wrote  allow.self.update
citizen   update  AppointmentResponse,MedicationStatement  self      no
citizen   create  Appointment,Communication,Task,ServiceRequest,MedicationRequest,Immunization  self  no
citizen   create  DocumentReference,Binary,Bundle,Composition,Basic,Subscription,Group  self  no
citizen   update  Appointment,Task,Goal  self                        no
citizen   update  Observation            self                        no
citizen   delete  Observation            self                        no
citizen   update  CarePlan               self                        no
citizen   create  Patient                self                        no
citizen   update  Patient                self                        no
citizen   delete  Patient                self,wrote                  no
citizen   create  EpisodeOfCare          self                        no
citizen   create  Encounter              self                        no
citizen   create  Condition              self                        no
citizen   create  AllergyIntolerance     self                        no
citizen   create  DiagnosticReport       self                        no
citizen   update  Flag                   self                        no
citizen   update  AuditEvent             self,wrote                  no
# pjl § 22: who treats her is known; the catalogue is the operator's
gp        read    Practitioner           nobody                      allow.catalogue.read
midwife   read    Organization           nobody                      allow.catalogue.read
nurse     read    PractitionerRole       nobody                      allow.catalogue.read
hospital  read    Practitioner           nobody                      allow.catalogue.read
citizen   read    Organization           nobody                      allow.catalogue.read
auditor   read    Practitioner           nobody                      allow.catalogue.read
operator  read    Organization           nobody                      allow.catalogue.read
operator  create  Organization           nobody                      allow.operator.catalogue
operator  update  Practitioner           nobody                      allow.operator.catalogue
operator  delete  PractitionerRole       nobody                      allow.operator.catalogue
gp        read    PractitionerRole,Organization,Location,HealthcareService,Endpoint  nobody  allow.catalogue.read
midwife   read    Schedule,Slot,Medication  nobody                   allow.catalogue.read
citizen   read    Questionnaire,PlanDefinition,ActivityDefinition,Library,Measure  nobody  allow.catalogue.read
nurse     read    ValueSet,CodeSystem,ConceptMap,NamingSystem        nobody  allow.catalogue.read
hospital  read    StructureDefinition,SearchParameter,OperationDefinition,CapabilityStatement  nobody  allow.catalogue.read
operator  create  Practitioner,PractitionerRole,Location,HealthcareService,Endpoint,Schedule,Slot,Medication  nobody  allow.operator.catalogue
operator  update  Questionnaire,PlanDefinition,ActivityDefinition,Library,Measure  nobody  allow.operator.catalogue
operator  create  ValueSet,CodeSystem,ConceptMap,NamingSystem        nobody  allow.operator.catalogue
operator  delete  StructureDefinition,SearchParameter,OperationDefinition,CapabilityStatement  nobody  allow.operator.catalogue
gp,midwife,hospital,nurse,citizen,auditor  create  Questionnaire,ValueSet,Location,Medication,CapabilityStatement  nobody  no
gp,midwife,hospital,nurse,citizen,auditor  update  Questionnaire,CodeSystem,Endpoint  nobody,wrote  no
# what is known to all is about no woman; where one names a woman, nobody but the sandbox may read or write it
operator,midwife,citizen  read  Questionnaire,Schedule,Organization  stranger  no
operator  create  Schedule               stranger                    no
# hpl § 16: who gives the service keeps its calendar
gp,midwife,hospital,nurse  create  Schedule,Slot  nobody             allow.calendar.create
gp,midwife,hospital,nurse  update  Schedule,Slot  nobody,wrote       allow.calendar.keep
midwife   delete  Slot                   nobody,wrote                allow.calendar.keep
gp,midwife,hospital,nurse  update  Schedule,Slot  nobody             no
citizen   create  Schedule,Slot          nobody                      no
midwife   create  Slot                   related                     no
# hpl § 45: to be told what one may read; one's own subscriptions, and nobody else's
gp,midwife,hospital,nurse  create  Subscription  nobody              allow.subscription.create
gp,midwife,hospital,nurse  read  Subscription  nobody,wrote          allow.subscription.keep
midwife   update  Subscription           nobody,wrote                allow.subscription.keep
gp        delete  Subscription           nobody,wrote                allow.subscription.keep
gp,midwife,hospital,nurse  read  Subscription  nobody                no
gp,midwife,hospital,nurse  delete  Subscription  nobody              no
citizen,operator,auditor  read  Subscription  nobody                 no
operator,auditor  create  Subscription   nobody                      no
# a list of women says that they are pregnant: it is its author's
operator  create  Group,MessageHeader    nobody,wrote                allow.operator.messages
operator  read    Group,MessageHeader    nobody,wrote                allow.operator.messages
operator  update  Group                  nobody,wrote                allow.operator.messages
operator  delete  MessageHeader          nobody,wrote                allow.operator.messages
operator  read    Group,MessageHeader    nobody                      no
gp,midwife,hospital,nurse,citizen,auditor  read  Group,MessageHeader  nobody  no
gp,midwife,hospital,nurse,citizen,auditor  read  Group  nobody,wrote  no
gp,midwife,hospital,nurse  create  Group,MessageHeader  nobody       no
gp        create  Organization           nobody                      no
midwife   update  Practitioner           nobody                      no
hospital  delete  PractitionerRole       nobody                      no
citizen   create  Practitioner           nobody                      no
auditor   create  Organization           nobody                      no
# the operator keeps the GP of record and sees no health data
operator  create  CareTeam               stranger                    allow.operator.gp-of-record
operator  update  CareTeam               stranger,wrote              allow.operator.gp-of-record.keep
operator  read    CareTeam               stranger,wrote              allow.operator.gp-of-record.keep
operator  read    CareTeam               stranger                    no
operator  update  CareTeam               stranger                    no
operator  delete  CareTeam               stranger,wrote              no
operator  read    Patient                stranger                    no
operator  read    Observation            stranger                    no
operator  read    EpisodeOfCare          stranger                    no
operator  read    AuditEvent             stranger                    no
operator  read    Appointment,ServiceRequest,Bundle,Binary,DocumentReference  stranger  no
operator  create  ServiceRequest,Binary,Bundle  stranger             no
operator  create  Patient                stranger                    no
operator  create  Observation            stranger                    no
# pjl §§ 22, 23: the auditor reads the log, not the card
auditor   read    AuditEvent             stranger                    allow.auditor.log
auditor   read    AuditEvent             nobody                      allow.auditor.log
auditor   read    Patient                stranger                    no
auditor   read    Observation            stranger                    no
auditor   read    Consent                stranger                    no
auditor   read    Bundle,Binary,Appointment,Communication  stranger  no
auditor   create  AuditEvent             nobody                      no
auditor   delete  AuditEvent             nobody                      no
# clinicians do not read the log
gp        read    AuditEvent             related                     no
midwife   read    AuditEvent             related                     no
hospital  read    AuditEvent             nobody                      no
# the server's own rules run on all facts and write findings, nothing else
system    read    Observation            stranger                    allow.system.read
system    read    Observation            stranger,SDV,NOPAT          allow.system.read
system    read    Organization           nobody                      allow.system.read
system    read    Flag                   stranger                    allow.system.flag
system    create  Flag                   stranger                    allow.system.flag
system    update  Flag                   stranger                    allow.system.flag
system    delete  Flag                   stranger                    allow.system.flag
system    read    Subscription           nobody                      allow.system.subscription
system    update  Subscription           nobody                      allow.system.subscription
system    create  Subscription           nobody                      no
system    delete  Subscription           nobody                      no
system    read    Patient,RelatedPerson,CareTeam,EpisodeOfCare,Encounter,Condition,AllergyIntolerance  stranger  allow.system.read
system    read    DiagnosticReport,CarePlan,QuestionnaireResponse  stranger  allow.system.read
system    read    ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  stranger  allow.system.read
system    read    Immunization,FamilyMemberHistory,ImagingStudy,Media,Specimen,Device,BodyStructure  stranger  allow.system.read
system    read    Goal,ClinicalImpression,RiskAssessment,DetectedIssue  stranger  allow.system.read
system    read    Appointment,AppointmentResponse,Task,Communication,CommunicationRequest  stranger  allow.system.read
system    read    Composition,DocumentReference,Binary,Bundle,List,Basic,MeasureReport  stranger  allow.system.read
system    read    Practitioner,PractitionerRole,Location,HealthcareService,Endpoint,Schedule,Slot,Medication  nobody  allow.system.read
system    read    Questionnaire,PlanDefinition,ActivityDefinition,Library,Measure  nobody  allow.system.read
system    read    ValueSet,CodeSystem,ConceptMap,NamingSystem        nobody  allow.system.read
system    read    StructureDefinition,SearchParameter,OperationDefinition,CapabilityStatement  nobody  allow.system.read
system    read    Group,MessageHeader    nobody                      no
system    create  Task,Communication,Appointment  stranger           no
system    create  Observation            stranger                    no
system    update  Patient                stranger                    no
system    delete  Observation            stranger                    no
system    read    AuditEvent             stranger                    no
system    read    Consent                stranger                    no
# sandbox only
harness   create  Patient                stranger                    allow.harness
harness   read    Observation            stranger,NOPAT              allow.harness
harness   update  Consent                stranger                    allow.harness
harness   delete  Organization           nobody                      allow.harness
harness   read    AuditEvent             nobody                      allow.harness
harness   create  RelatedPerson,Practitioner,PractitionerRole,Organization,CareTeam,EpisodeOfCare,Encounter  stranger  allow.harness
harness   create  Condition,AllergyIntolerance,Observation,DiagnosticReport,CarePlan,QuestionnaireResponse  stranger  allow.harness
harness   create  Flag,Provenance,ServiceRequest,Procedure,MedicationStatement,MedicationRequest  stranger  allow.harness
harness   create  MedicationAdministration,Immunization,FamilyMemberHistory,ImagingStudy,Media,Specimen  stranger  allow.harness
harness   create  Device,BodyStructure,Goal,ClinicalImpression,RiskAssessment,DetectedIssue,Appointment  stranger  allow.harness
harness   create  AppointmentResponse,Task,Communication,CommunicationRequest,Composition  stranger  allow.harness
harness   create  DocumentReference,Binary,Bundle,List,Basic,MeasureReport  nobody  allow.harness
harness   create  Location,HealthcareService,Endpoint,Schedule,Slot,Medication  nobody  allow.harness
harness   create  Questionnaire,PlanDefinition,ActivityDefinition,Library,Measure  nobody  allow.harness
harness   create  ValueSet,CodeSystem,ConceptMap,NamingSystem        nobody  allow.harness
harness   create  StructureDefinition,SearchParameter,OperationDefinition,CapabilityStatement  nobody  allow.harness
harness   create  Group,MessageHeader,Subscription  nobody           allow.harness
"""
