"""HTTP only: from requests to interactions and back."""
