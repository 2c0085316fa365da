"""TABLE: literal decisions on what she has chosen, and on emergencies.

Written and read as ``decisions.py`` says. Grounds: pasientjournalloven §§ 17, 19; pbrl §§ 4-1, 4-2, 5-3;
helsepersonelloven § 7; the agreement on the pilot.
"""

CHOICES = """
# pjl § 17, pbrl § 5-3: what she restricts is closed to all who care for her
gp        read    Observation            related,restricted          block.her-restriction
midwife   read    Patient                related,restricted          block.her-restriction
midwife   read    EpisodeOfCare          related,restricted,attested  block.her-restriction
midwife   create  Observation            related,restricted          block.her-restriction
midwife   update  Observation            related,restricted,wrote    block.her-restriction
midwife   delete  Observation            related,restricted,wrote    block.her-restriction
nurse     read    Observation            related,restricted          block.her-restriction
hospital  read    DiagnosticReport       related,restricted          block.her-restriction
hospital  update  Flag                   related,restricted          block.her-restriction
# who has nothing to do with her is not told that something is restricted
gp        read    Observation            stranger,restricted         no
midwife   read    Patient                stranger,restricted         no
nurse     read    Observation            stranger,restricted         no
hospital  read    Observation            stranger,restricted,attested  no
# her choices themselves are read, so that who is refused can see why
midwife   read    Consent                related,restricted          allow.carer.consent.read
# she opens it for whom she names
gp        read    Observation            related,restricted,opened   allow.carer.read
midwife   create  Observation            related,restricted,opened   allow.carer.create
nurse     read    Observation            related,restricted,opened   allow.nurse.read
nurse     read    Observation            related,restricted,opened,SDV  no
hospital  update  EpisodeOfCare          related,restricted,opened   allow.carer.administer
# to open is not to relate, and lifts no block
gp        read    Observation            stranger,opened             no
midwife   read    Observation            related,restricted,opened,blocked  block.her-choice
# neither is she restricted herself, nor is the server, whose rules must miss no alarm
citizen   read    Observation            self,restricted             allow.self.read
system    read    Observation            stranger,restricted         allow.system.read
# hpl § 7: in an emergency, granted for one woman and attested in the token, her card is read
gp        read    Patient                stranger,urgent,granted     allow.emergency.read
midwife   read    Observation            stranger,urgent,granted     allow.emergency.read
hospital  read    EpisodeOfCare          stranger,urgent,granted     allow.emergency.read
hospital  read    Observation            stranger,urgent,granted,SDV  allow.emergency.read
hospital  read    AllergyIntolerance,Appointment,AppointmentResponse,Basic,Binary,BodyStructure,Bundle  stranger,urgent,granted  allow.emergency.read
hospital  read    CarePlan,CareTeam,ClinicalImpression,Communication,CommunicationRequest,Composition  stranger,urgent,granted  allow.emergency.read
hospital  read    Condition,DetectedIssue,Device,DiagnosticReport,DocumentReference,Encounter  stranger,urgent,granted  allow.emergency.read
hospital  read    FamilyMemberHistory,Flag,Goal,ImagingStudy,Immunization,List,MeasureReport,Media  stranger,urgent,granted  allow.emergency.read
hospital  read    MedicationAdministration,MedicationRequest,MedicationStatement,Patient,Procedure  stranger,urgent,granted  allow.emergency.read
hospital  read    QuestionnaireResponse,RelatedPerson,RiskAssessment,ServiceRequest,Specimen,Task  stranger,urgent,granted  allow.emergency.read
# also what she restricted, and then too it is marked as an emergency's reading
midwife   read    Observation            related,restricted,urgent,granted  allow.emergency.read
gp        read    Observation            related,urgent,granted      allow.emergency.read
# the grant alone opens nothing, nor does the token alone
hospital  read    Observation            stranger,granted            no
hospital  read    Observation            stranger,granted,attested   no
hospital  read    Observation            stranger,urgent             no
gp        read    Observation            related,restricted,granted  block.her-restriction
gp        read    Observation            related,restricted,urgent   block.her-restriction
# it reads and does not write, and shows neither her choices nor who looked
hospital  create  Observation            stranger,urgent,granted     no
hospital  update  EpisodeOfCare          stranger,urgent,granted     no
hospital  read    Consent,Provenance,AuditEvent  stranger,urgent,granted  no
# pjl § 17: a block of a named person or organisation holds in an emergency too
gp        read    Observation            stranger,urgent,granted,blocked  block.her-choice
midwife   read    Patient                related,urgent,granted,blocked  block.her-choice
hospital  read    Observation            related,restricted,urgent,granted,blocked  block.her-choice
# the nurse has no emergency's access, nor has anybody else
nurse     read    Observation            stranger,urgent,granted     no
nurse     read    Observation            related,restricted,urgent,granted  block.her-restriction
citizen   read    Observation            stranger,urgent,granted     no
auditor   read    Observation            stranger,urgent,granted     no
operator  read    Observation            stranger,urgent,granted     no
# agreement on the pilot: without consent to take part nothing is kept or shown
midwife   create  EpisodeOfCare          related,unconsented         block.her-consent
midwife   create  Observation            related,unconsented         block.her-consent
gp        read    Observation            related,unconsented         block.her-consent
nurse     create  Observation            related,unconsented         block.her-consent
hospital  read    EpisodeOfCare          related,unconsented         block.her-consent
hospital  read    Observation            related,unconsented,urgent,granted  block.her-consent
midwife   read    Observation            stranger,unconsented        no
citizen   create  Observation            self,unconsented            block.her-consent.self
citizen   update  QuestionnaireResponse  self,wrote,unconsented      block.her-consent.self
# but she can be registered, choose, and see and delete what is there
midwife   create  Patient                stranger,unconsented,attested  allow.carer.register
midwife   read    Patient                related,unconsented         allow.carer.read
midwife   create  Consent                related,unconsented         allow.carer.consent.record
citizen   create  Consent,CareTeam       self,unconsented            allow.self.create
citizen   read    Observation            self,unconsented            allow.self.read
citizen   delete  Observation            self,wrote,unconsented      allow.self.update
# pbrl § 4-1: her choices are recorded on her behalf too, and are hers to change
gp        create  Consent                related,attested            allow.carer.consent.record
hospital  create  Consent                related,attested            allow.carer.consent.record
midwife   create  Consent                stranger                    no
midwife   update  Consent                related,wrote,attested      no
midwife   delete  Consent                related,wrote,attested      no
nurse     create  Consent                related,attested            no
citizen   update  Consent                self,restricted             allow.self.choices
citizen   delete  Consent                self,restricted             allow.self.choices
citizen   update  Consent                stranger,restricted         no
citizen   update  Observation            self,restricted             no
"""
