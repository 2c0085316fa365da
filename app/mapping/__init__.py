"""Between the languages: FHIR and the card, FHIR and the log, FHIR and the national services."""
