"""The roles that ``helsekort token`` plays, and whose token each one carries. What a role may do the server decides."""

CLINICAL = {"gp": "gp-a", "midwife": "midwife-a", "nurse": "nurse-a", "hospital": "hospital-a"}  # by default
CITIZENS = ("citizen", "representative", "doula")  # tokens of the citizens' issuer
SYSTEMS = ("operator", "harness", "registry", "machine")  # tokens without a person
ROLES = (*CLINICAL, "secretary", *CITIZENS, "student", "auditor", *SYSTEMS)
