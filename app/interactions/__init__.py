"""One module for each FHIR interaction or operation, in the order: may she → is it valid → store → audit → enqueue."""
