"""Property tests here are not timed: a busy machine must not fail them."""

from hypothesis import settings

settings.register_profile("fhir", deadline=None)
settings.load_profile("fhir")
