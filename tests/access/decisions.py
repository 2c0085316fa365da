"""TABLE: literal decisions, written from the law and from design §4, not from the tables of rules.

Grounds: helsepersonelloven §§ 25, 39, 40, 42, 45; pasientjournalloven §§ 17-19, 22; pbrl §§ 3-1, 5-1, 5-3.
"""

# A line: role, what, type, standing, verdict. Standing: `related` to the woman, a `stranger` to her, `self` she is the
# woman, `nobody` the resource is about no woman, `wrote` the caller's own organisation (or she herself) wrote it,
# `attested` purpose and decision stand in the token, `blocked` she chose the caller away, CAPITALS security labels.
# Verdict: the rule that wins, `allow` any right, `no` no rule spoke.
TABLE = """
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
# her choices are known to those who must respect them
gp        read    Consent                related                     allow.carer.consent.read
midwife   read    Consent                related                     allow.carer.consent.read
hospital  read    Provenance             related                     allow.carer.consent.read
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
gp        create  Patient                stranger                    no
midwife   create  Patient                stranger                    no
midwife   create  Patient                related                     no
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
gp        create  Consent                related                     no
midwife   create  Consent                related                     no
midwife   create  Consent                related,attested            no
midwife   update  Consent                related                     no
midwife   delete  Consent                related                     no
hospital  delete  Consent                related                     no
operator  create  Consent                stranger                    no
operator  delete  Consent                stranger                    no
midwife   update  Provenance             related,wrote               no
midwife   delete  Provenance             related,wrote               no
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
citizen   read    Flag                   self                        no
# pbrl § 5-1 second paragraph: but for what would endanger her
citizen   read    Observation            self,NOPAT                  block.not-for-patient
citizen   read    Condition              self,NOPAT,SDV              block.not-for-patient
citizen   read    Flag                   self,NOPAT                  block.not-for-patient
citizen   update  Observation            self,wrote,NOPAT            block.not-for-patient
citizen   create  Observation            self,NOPAT                  block.not-for-patient
citizen   delete  QuestionnaireResponse  self,wrote,NOPAT            block.not-for-patient
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
operator  create  Patient                stranger                    no
operator  create  Observation            stranger                    no
# pjl §§ 22, 23: the auditor reads the log, not the card
auditor   read    AuditEvent             stranger                    allow.auditor.log
auditor   read    AuditEvent             nobody                      allow.auditor.log
auditor   read    Patient                stranger                    no
auditor   read    Observation            stranger                    no
auditor   read    Consent                stranger                    no
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
"""
