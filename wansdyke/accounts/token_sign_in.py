"""Asking with an API token: a refused one is audited like a refused sign-in.

Tokens are not counted as guesses: one of 256 bits is not found by trying, and a program that goes
on asking with an old one must not shut out the people at its address.
"""

from datetime import datetime

from wansdyke.access.actors import Actor
from wansdyke.access.guesses import first_refusal
from wansdyke.access.models import ApiToken
from wansdyke.access.tokens import actor_of_token, why_refused
from wansdyke.accounts.accounts import subject_of
from wansdyke.accounts.tokens import mark_of
from wansdyke.history import audit


def asking_with(raw: str, *, at: datetime, address: str, request_id: str) -> Actor | None:
    """The actor a token stands for, or None where it stands for nobody now."""
    actor = actor_of_token(raw, at=at, address=address, request_id=request_id)
    if actor is None:
        _noted(*why_refused(raw, at), address, at)
    return actor


def _noted(outcome: str, token: ApiToken | None, address: str, at: datetime) -> None:
    """Writes why a token was refused, once in five minutes for each token, or for all that are
    nobody's, and each address; of an unknown one only the address is kept, for it may be anything.
    """
    mark = mark_of(token) if token else ""
    if not first_refusal(f"API token {mark or outcome}", address, at):
        return
    audit.record(
        audit.SIGN_IN,
        by=None,
        at=at,
        subjects=[subject_of(token.user)] if token else [],
        outcome=f"API token refused: {outcome}",
        address=address,
        **({"token": mark} if mark else {}),
    )
