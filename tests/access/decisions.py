"""TABLE: literal decisions, written from the law and from design §4, not from the tables of rules.

Grounds: helsepersonelloven §§ 25, 39, 40, 42, 45; pasientjournalloven §§ 17-19, 22; pbrl §§ 3-1, 5-1, 5-3.
"""

from tests.access.decisions_of_assisting import ASSISTING
from tests.access.decisions_of_choices import CHOICES
from tests.access.decisions_of_others import OTHERS
from tests.access.decisions_of_standing import STANDING

# A line: roles, what, types, standing, verdict; each role with each type is a decision. Standing: `related` to the woman, a `stranger` to her, `self` she is the
# woman, `nobody` the resource is about no woman, `wrote` the caller's own organisation (or she herself) wrote it,
# `attested` purpose and decision stand in the token, `blocked` she chose the caller away, CAPITALS security labels.
# `restricted` she restricted this, `opened` for the caller, `urgent` the token attests an emergency, `granted` the caller
# was granted its access, `unconsented` consent is required and lacks, `invited` she lets this person in by name.
# Verdict: the rule that wins, `allow` any right, `no` no rule spoke.
CLINICIANS = """
# hpl § 45: who gives her care reads what the care needs
gp        read    Patient                related                     allow.carer.read
gp        read    EpisodeOfCare          related                     allow.carer.read
gp        read    Observation            related                     allow.carer.read
gp        read    DiagnosticReport       related                     allow.carer.read
gp        read    CarePlan               related                     allow.carer.read
gp        read    Flag                   related                     allow.carer.read
midwife   read    Patient                related                     allow.carer.read
midwife   read    RelatedPerson          related                     allow.carer.read
midwife   read    CareTeam               related                     allow.carer.read
midwife   read    Encounter              related                     allow.carer.read
midwife   read    Observation            related                     allow.carer.read
midwife   read    QuestionnaireResponse  related                     allow.carer.read
midwife   read    AllergyIntolerance     related                     allow.carer.read
hospital  read    Patient                related                     allow.carer.read
hospital  read    Condition              related                     allow.carer.read
hospital  read    Observation            related                     allow.carer.read
hospital  read    DiagnosticReport       related                     allow.carer.read
hospital  read    Flag                   related                     allow.carer.read
# hpl § 45: violence, psychiatry and infection are not kept from those who answer for her care; NOPAT is about herself
gp        read    Observation            related,SDV                 allow.carer.read
midwife   read    Observation            related,SDV,NOPAT           allow.carer.read
midwife   read    Condition              related,PSY                 allow.carer.read
hospital  read    Observation            related,HIV                 allow.carer.read
hospital  read    Condition              related,NOPAT               allow.carer.read
midwife   read    Observation            related,R                   allow.carer.read
# hpl § 21 a: without a relation there is nothing to read, whoever asks
gp        read    Patient                stranger                    no
gp        read    Observation            stranger                    no
gp        read    Consent                stranger                    no
gp        read    Flag                   stranger                    no
midwife   read    Patient                stranger                    no
midwife   read    EpisodeOfCare          stranger                    no
midwife   read    Observation            stranger                    no
midwife   read    Observation            stranger,wrote              no
hospital  read    Patient                stranger                    no
hospital  read    DiagnosticReport       stranger                    no
nurse     read    Patient                stranger                    no
nurse     read    Observation            stranger                    no
midwife   read    Patient                stranger,attested           no
gp        read    Observation            stranger,attested           no
# an observation of nobody is nobody's to read
gp        read    Observation            nobody                      no
midwife   read    Flag                   nobody                      no
citizen   read    Observation            nobody                      no
auditor   read    Observation            nobody                      no
operator  read    Observation            nobody                      no
# hpl § 25: the public health nurse reads what the service needs
nurse     read    Patient                related                     allow.nurse.read
nurse     read    Encounter              related                     allow.nurse.read
nurse     read    Observation            related                     allow.nurse.read
nurse     read    CarePlan               related                     allow.nurse.read
nurse     read    Observation            related,R                   allow.nurse.read
nurse     read    Observation            related,NOPAT               allow.nurse.read
nurse     read    Observation            related,SDV                 no
nurse     read    Observation            related,SEX                 no
nurse     read    Condition              related,PSY                 no
nurse     read    Observation            related,ETH                 no
nurse     read    DiagnosticReport       related,HIV                 no
nurse     read    Observation            related,R,HIV               no
nurse     read    Consent                related                     no
nurse     read    Provenance             related                     no
nurse     read    AuditEvent             related                     no
# hpl § 45: what is ordered, done, given, planned and said in her care is part of it
gp,midwife  read  ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  related  allow.carer.read
hospital  read    Immunization,FamilyMemberHistory,ImagingStudy,Media,Specimen,Device,BodyStructure  related  allow.carer.read
midwife   read    Goal,ClinicalImpression,RiskAssessment,DetectedIssue  related  allow.carer.read
midwife,hospital  read  Appointment,AppointmentResponse,Task,Communication,CommunicationRequest  related  allow.carer.read
gp,hospital  read  Composition,DocumentReference,Binary,Bundle,List,Basic,MeasureReport  related  allow.carer.read
midwife   read    Bundle,Binary,DocumentReference  related,SDV       allow.carer.read
gp,midwife,hospital  read  ServiceRequest,ImagingStudy,Appointment,Communication,Composition,Bundle,Binary  stranger  no
midwife   read    Task,DocumentReference  stranger,attested          no
hospital  read    MedicationStatement,List  stranger,wrote           no
# what says of no woman whom it is about is nobody's
gp,midwife,hospital,nurse,citizen,operator,auditor  read  Bundle,Binary,Device,Appointment,MeasureReport  nobody  no
midwife   read    Basic,List             nobody,wrote                no
# hpl § 25: she meets the mother and gives vaccines; she needs no reports, files or family histories
nurse     read    RelatedPerson,CareTeam,EpisodeOfCare,Condition,AllergyIntolerance  related  allow.nurse.read
nurse     read    DiagnosticReport,QuestionnaireResponse,Flag  related  allow.nurse.read
nurse     read    Appointment,AppointmentResponse,Communication,Goal,Immunization,Task  related  allow.nurse.read
nurse     read    Communication,Task     related,SDV                 no
nurse     read    Appointment            related,PSY                 no
nurse     read    ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  related  no
nurse     read    FamilyMemberHistory,ImagingStudy,Media,Specimen,Device,BodyStructure  related  no
nurse     read    ClinicalImpression,RiskAssessment,DetectedIssue,CommunicationRequest  related  no
nurse     read    Composition,DocumentReference,Binary,Bundle,List,Basic,MeasureReport  related  no
nurse     read    Appointment,Immunization,Task  stranger            no
# her choices are known to those who must respect them
gp        read    Consent                related                     allow.carer.consent.read
midwife   read    Consent                related                     allow.carer.consent.read
hospital  read    Provenance             related                     allow.carer.consent.read
gp        read    Provenance             stranger                    no
# pjl § 17, pbrl § 5-3: whom she blocks has no way in, whatever else holds
gp        read    Patient                related,blocked             block.her-choice
gp        read    Observation            related,blocked             block.her-choice
gp        read    Consent                related,blocked             block.her-choice
gp        create  Observation            related,blocked             block.her-choice
gp        update  Observation            related,blocked,wrote       block.her-choice
gp        delete  Observation            related,blocked,wrote       block.her-choice
gp        create  Patient                stranger,blocked,attested   block.her-choice
midwife   read    EpisodeOfCare          related,blocked             block.her-choice
midwife   read    Observation            related,blocked,attested    block.her-choice
midwife   create  Encounter              related,blocked             block.her-choice
midwife   update  EpisodeOfCare          related,blocked             block.her-choice
nurse     read    Patient                related,blocked             block.her-choice
nurse     create  Observation            related,blocked             block.her-choice
nurse     update  Observation            related,blocked,wrote       block.her-choice
hospital  read    DiagnosticReport       related,blocked             block.her-choice
hospital  create  Condition              related,blocked             block.her-choice
hospital  update  Flag                   related,blocked             block.her-choice
hospital  read    Observation            stranger,blocked            block.her-choice
gp        read    ImagingStudy,Bundle,Binary,Appointment  related,blocked  block.her-choice
midwife   create  ServiceRequest,Appointment,Communication  related,blocked  block.her-choice
hospital  update  Task,Appointment       related,blocked             block.her-choice
nurse     create  Immunization           related,blocked             block.her-choice
# hpl §§ 39, 40: who gives care records it
gp        create  Observation            related                     allow.carer.create
gp        create  Condition              related                     allow.carer.create
gp        create  AllergyIntolerance     related                     allow.carer.create
midwife   create  Encounter              related                     allow.carer.create
midwife   create  Observation            related                     allow.carer.create
midwife   create  Observation            related,NOPAT               allow.carer.create
midwife   create  CarePlan               related                     allow.carer.create
midwife   create  RelatedPerson          related                     allow.carer.create
midwife   create  CareTeam               related                     allow.carer.create
midwife   create  QuestionnaireResponse  related                     allow.carer.create
hospital  create  DiagnosticReport       related                     allow.carer.create
hospital  create  Observation            related                     allow.carer.create
gp        create  EpisodeOfCare          related                     allow.carer.card.open
midwife   create  EpisodeOfCare          related                     allow.carer.card.open
hospital  create  EpisodeOfCare          related                     allow.carer.card.open
midwife   create  Provenance             related                     allow.carer.provenance
gp        create  Provenance             related                     allow.carer.provenance
hospital  create  Provenance             related                     allow.carer.provenance
nurse     create  Observation            related                     allow.nurse.create
nurse     create  Encounter              related                     allow.nurse.create
nurse     create  QuestionnaireResponse  related                     allow.nurse.create
gp,midwife  create  ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  related  allow.carer.create
midwife   create  Immunization,FamilyMemberHistory,Specimen,Device,BodyStructure  related  allow.carer.create
hospital  create  ImagingStudy,Media,ClinicalImpression,RiskAssessment,DetectedIssue,Goal  related  allow.carer.create
midwife   create  Appointment,AppointmentResponse,Task,Communication,CommunicationRequest  related  allow.carer.create
gp,hospital  create  Composition,DocumentReference,Binary,Bundle,List,Basic,MeasureReport  related  allow.carer.create
nurse     create  Immunization,Appointment,AppointmentResponse  related  allow.nurse.create
gp,midwife,hospital,nurse  create  Immunization,Appointment  stranger  no
gp,midwife,hospital  create  ServiceRequest,DocumentReference,Binary,Bundle,Communication,Task  stranger,attested  no
gp,midwife,hospital,nurse,citizen  create  Binary,Bundle,Device,Appointment,List,Basic,MeasureReport  nobody  no
# a caller's own write never makes the relation that permits it
gp        create  Observation            stranger                    no
midwife   create  Observation            stranger                    no
midwife   create  Observation            stranger,attested           no
midwife   create  CareTeam               stranger                    no
midwife   create  CareTeam               stranger,attested           no
midwife   create  EpisodeOfCare          stranger,attested           no
hospital  create  DiagnosticReport       stranger                    no
nurse     create  Observation            stranger                    no
gp        create  Observation            nobody                      no
midwife   create  CareTeam               nobody                      no
# hpl § 39, pjl § 19: registering her takes an attested purpose and decision, not a relation
gp        create  Patient                stranger,attested           allow.carer.register
midwife   create  Patient                stranger,attested           allow.carer.register
hospital  create  Patient                stranger,attested           allow.carer.register
# a born child is its mother's: registered by who cares for her, and by nobody for an attest alone
gp        create  Patient                related,NEWBORN             allow.carer.register.child
midwife   create  Patient                related,NEWBORN             allow.carer.register.child
hospital  create  Patient                related,NEWBORN             allow.carer.register.child
midwife   create  Patient                stranger,attested,NEWBORN   no
hospital  create  Patient                stranger,attested,NEWBORN   no
nurse     create  Patient                related,NEWBORN             no
citizen   create  Patient                self,NEWBORN                no
hospital  read    Patient                related,NEWBORN             allow.carer.read
nurse     read    Patient                related,NEWBORN             allow.nurse.read
citizen   read    Patient                self,NEWBORN                allow.self.read
gp        create  Patient                stranger                    no
midwife   create  Patient                stranger                    no
midwife   create  Patient                related                     allow.carer.register.child
nurse     create  Patient                stranger,attested           no
# the nurse's task is measuring and asking
nurse     create  Condition              related                     no
nurse     create  AllergyIntolerance     related                     no
nurse     create  CarePlan               related                     no
nurse     create  DiagnosticReport       related                     no
nurse     create  EpisodeOfCare          related                     no
nurse     create  Flag                   related                     no
nurse     create  Provenance             related                     no
nurse     update  Patient                related                     no
nurse     update  EpisodeOfCare          related                     no
nurse     update  Flag                   related                     no
nurse     create  ServiceRequest,Procedure,MedicationRequest,MedicationAdministration,FamilyMemberHistory  related  no
nurse     create  Communication,Task,Goal,Composition,DocumentReference,Binary,Bundle,List,Basic  related  no
# hpl § 42: one corrects what one's own organisation wrote
gp        update  Observation            related,wrote               allow.carer.correct
gp        delete  Observation            related,wrote               allow.carer.correct
midwife   update  Encounter              related,wrote               allow.carer.correct
midwife   update  Observation            related,wrote,SDV           allow.carer.correct
midwife   delete  Condition              related,wrote               allow.carer.correct
hospital  update  DiagnosticReport       related,wrote               allow.carer.correct
hospital  delete  AllergyIntolerance     related,wrote               allow.carer.correct
nurse     update  Observation            related,wrote               allow.nurse.correct
nurse     update  Encounter              related,wrote               allow.nurse.correct
nurse     delete  QuestionnaireResponse  related,wrote               allow.nurse.correct
gp        delete  RelatedPerson,CareTeam,Encounter,AllergyIntolerance,DiagnosticReport,CarePlan,QuestionnaireResponse  related,wrote  allow.carer.correct
midwife   update  ServiceRequest,Procedure,MedicationStatement,MedicationRequest,MedicationAdministration  related,wrote  allow.carer.correct
midwife   update  Immunization,FamilyMemberHistory,Specimen,Device,BodyStructure  related,wrote  allow.carer.correct
hospital  update  ImagingStudy,Media,ClinicalImpression,RiskAssessment,DetectedIssue  related,wrote  allow.carer.correct
hospital  delete  Goal,Appointment,Task,List  related,wrote               allow.carer.correct
midwife   update  AppointmentResponse,Communication,CommunicationRequest  related,wrote  allow.carer.correct
gp        update  Composition,DocumentReference,Binary,Bundle,Basic,MeasureReport  related,wrote  allow.carer.correct
nurse     update  Immunization,Appointment,AppointmentResponse  related,wrote  allow.nurse.correct
nurse     delete  Encounter,Observation  related,wrote               allow.nurse.correct
midwife   update  ServiceRequest,Communication,DocumentReference,Binary  related  no
gp        delete  Appointment,Task,Goal  related                     no
nurse     update  Appointment,Immunization  related                  no
nurse     update  Immunization           related,wrote,ETH           no
gp        update  Observation            related                     no
midwife   update  Observation            related                     no
midwife   delete  Encounter              related                     no
hospital  delete  Condition              related                     no
nurse     update  Observation            related                     no
nurse     delete  Encounter              related                     no
gp        update  Observation            stranger,wrote              no
midwife   delete  Observation            stranger,wrote              no
nurse     update  Observation            stranger,wrote              no
nurse     update  Observation            related,wrote,SDV           no
nurse     delete  Observation            related,wrote,HIV           no
nurse     update  Condition              related,wrote               no
# hpl § 40: the card, the plan and who she is are kept in order by all who give care
gp        update  Patient                related                     allow.carer.administer
midwife   update  Patient                related                     allow.carer.administer
midwife   update  EpisodeOfCare          related                     allow.carer.administer
midwife   update  CarePlan               related                     allow.carer.administer
midwife   update  RelatedPerson          related                     allow.carer.administer
hospital  update  EpisodeOfCare          related                     allow.carer.administer
gp        update  Task,Appointment,Goal,List  related                     allow.carer.administer
midwife,hospital  update  Task,Appointment  related                  allow.carer.administer
hospital  update  Task                   stranger                    no
midwife   update  CareTeam               related,wrote               allow
gp        update  Flag                   related                     allow.carer.flag
midwife   update  Flag                   related                     allow.carer.flag
hospital  update  Flag                   related                     allow.carer.flag
gp        update  Patient                stranger                    no
midwife   update  EpisodeOfCare          stranger                    no
midwife   update  Patient                stranger,attested           no
gp        update  Flag                   stranger                    no
# nobody deletes the woman, her card or a finding; nobody writes a finding but the rules
midwife   delete  Patient                related,wrote               no
midwife   delete  EpisodeOfCare          related,wrote               no
hospital  delete  Flag                   related,wrote               no
gp        create  Flag                   related                     no
midwife   create  Flag                   related                     no
# her choices are hers alone, and what is recorded of origin stays
midwife   update  Consent                related                     no
midwife   delete  Consent                related                     no
hospital  delete  Consent                related                     no
operator  create  Consent                stranger                    no
operator  delete  Consent                stranger                    no
midwife   update  Provenance             related,wrote               no
midwife   delete  Provenance             related,wrote               no
"""
TABLE = CLINICIANS + OTHERS + CHOICES + ASSISTING + STANDING
