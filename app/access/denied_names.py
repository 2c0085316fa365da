"""The names under which a token, a session, a person or a client stands in the deny-list (``app/store/denials.py``).

https://www.rfc-editor.org/rfc/rfc7009
"""


def of_token(issuer: str, jti: str) -> str:
    """One token of ``issuer``."""
    return f"jti:{issuer} {jti}"


def of_session(issuer: str, session: str) -> str:
    """Every token that one login gave."""
    return f"sid:{issuer} {session}"


def of_person(subject: str) -> str:
    """A person, under whatever token: ``hpr:…`` or ``citizen:…``."""
    return f"sub:{subject}"


def of_client(client: str) -> str:
    """A system, whoever uses it."""
    return f"client:{client}"
