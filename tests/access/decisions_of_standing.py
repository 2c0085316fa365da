"""TABLE: literal decisions on what a woman is: her address, her death, where she lives, her age.

Grounds: hpl §§ 21, 24; pbrl §§ 3-4, 3-6, 5-1; Helsenorge lets nobody with a confidential address be represented.
"""

STANDING = """
# hpl § 21, pbrl § 3-6: of a woman with a confidential address who does not treat her learns nothing
representative  read    Patient,CareTeam,Appointment,Encounter  self,invited,protected  block.protected
representative  read    Observation            self,minor,guardian,guarded,protected  block.protected
doula           read    Appointment,CarePlan   stranger,invited,protected  block.protected
secretary       read    Patient,Appointment    related,protected           block.protected
secretary       update  Patient                related,protected           block.protected
student         read    Patient,Observation    related,protected           block.protected
gp              read    Patient                related,protected           allow.carer.read
midwife         read    Patient,RelatedPerson  related,protected           allow.carer.read
hospital        read    Patient                related,protected           allow.carer.read
nurse           read    Patient                related,protected           allow.nurse.read
citizen         read    Patient                self,protected              allow.self.read
registry        read    Patient                stranger,protected          allow.registry.read
# hpl § 24: nobody logs in as the dead, and who may know of them asks who keeps the journal
citizen         read    Patient,Observation    self,deceased               block.deceased
representative  read    Observation            self,invited,deceased       block.deceased
doula           read    CarePlan               stranger,invited,deceased   block.deceased
midwife         read    Observation            related,deceased            allow.carer.read
midwife         create  Observation            related,deceased            allow.carer.create
gp,midwife,hospital  create  EpisodeOfCare     related,deceased            block.deceased.card
nurse,secretary,student  create  EpisodeOfCare  related,deceased           block.deceased.card
midwife         create  EpisodeOfCare          stranger,deceased           no
midwife         update  EpisodeOfCare          related,deceased            allow.carer.administer
# agreement on the pilot: what is there is read and corrected after a move, and nothing new is registered
gp,midwife,hospital  create  Observation,Encounter,EpisodeOfCare  related,outside  block.outside
nurse,student   create  Observation            related,outside             block.outside
secretary       create  Appointment            related,outside             block.outside
citizen         create  Observation            self,outside                block.outside
midwife         confirm  Observation           related,outside             block.outside
midwife         create  CareTeam               related,outside             allow.carer.create
midwife         create  Observation            stranger,outside            no
gp,midwife,hospital  read  Patient,Observation,EpisodeOfCare  related,outside  allow.carer.read
midwife         update  Observation            related,wrote,outside       allow.carer.correct
midwife         update  EpisodeOfCare,Patient  related,outside             allow.carer.administer
citizen         read    Observation            self,outside                allow.self.read
citizen         create  Consent                self,outside                allow.self.create
# pbrl § 3-4: who has parental responsibility for one under 16 is told, when registered, less what is kept from them; at 16 it is over
representative  read    Patient,RelatedPerson,CareTeam,EpisodeOfCare,Encounter,Condition  self,minor,guardian,guarded  allow.guardian.read
representative  read    AllergyIntolerance,Observation,DiagnosticReport,CarePlan  self,minor,guardian,guarded  allow.guardian.read
representative  read    QuestionnaireResponse,ServiceRequest,Procedure,MedicationStatement  self,minor,guardian,guarded  allow.guardian.read
representative  read    MedicationRequest,MedicationAdministration,Immunization,FamilyMemberHistory  self,minor,guardian,guarded  allow.guardian.read
representative  read    ImagingStudy,Media,Specimen,Device,BodyStructure,Goal,ClinicalImpression  self,minor,guardian,guarded  allow.guardian.read
representative  read    RiskAssessment,DetectedIssue,Appointment,AppointmentResponse,Task  self,minor,guardian,guarded  allow.guardian.read
representative  read    Communication,CommunicationRequest,Composition,DocumentReference  self,minor,guardian,guarded  allow.guardian.read
representative  read    Binary,Bundle,List,Basic,MeasureReport  self,minor,guardian,guarded  allow.guardian.read
representative  read    Observation            self,guardian,guarded       no
representative  read    Patient,Observation    self,minor,guardian         no
representative  read    Observation            self,minor,guarded          no
representative  read    Observation            self,minor                  no
representative  read    Observation            stranger,minor,guardian,guarded     no
representative  read    Observation            self,minor,guardian,guarded,NOPAT   block.not-for-patient
representative  read    Observation            self,minor,guardian,guarded,SDV     no
representative  read    Observation            self,minor,guardian,guarded,blocked  block.her-choice.lay
representative  read    Consent,AuditEvent,Flag,Provenance  self,minor,guardian,guarded  no
representative  create  Observation,Task       self,minor,guardian,guarded  no
representative  update  Consent                self,minor,guardian,guarded,wrote  no
representative  delete  Consent                self,minor,guardian,guarded,wrote  no
# pbrl § 4-4: the guardian agrees that she takes part
representative  create  Consent                self,minor,guardian,guarded  allow.guardian.consent
representative  create  Consent                self,minor,guardian         no
representative  create  Consent                self,guardian,guarded       no
representative  create  Consent                self,minor,guarded          no
representative  create  Consent                self,minor,guardian,guarded,blocked  block.her-choice.lay
representative  create  Consent                self,minor,guardian,guarded,protected  block.protected
citizen         read    Observation            self,minor                  allow.self.read
citizen         create  Observation,Consent    self,minor                  allow.self.create
"""
