"""Helsekort: the digital pregnancy health card (*digitalt helsekort for gravide*) on FHIR R4."""
