"""The language: FHIR R4 as pure functions and tables. Knows no pregnancy, no HTTP and no SQL."""
