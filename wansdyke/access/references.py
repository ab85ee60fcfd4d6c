"""References: what people say, type and see in a URL. Never a primary key, never countable."""

import secrets

from wansdyke.access.models import Root

# Crockford's alphabet: no I, L, O or U, so that a reference can be read out over the radio.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PATTERN = r"[A-Z]{2}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"


def _one(prefix: str) -> str:
    bits = int.from_bytes(secrets.token_bytes(5))
    drawn = "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 40, 5))
    return f"{prefix}-{drawn[:4]}-{drawn[4:]}"


def fresh(prefix: str, count: int = 1) -> list[str]:
    """As many unused references with a two-letter prefix as asked for, all different."""
    drawn: set[str] = set()
    while len(drawn) < count:
        batch = {_one(prefix) for _ in range(count - len(drawn))}
        taken = Root.objects.filter(reference__in=batch).values_list("reference", flat=True)
        drawn |= batch - set(taken)
    return sorted(drawn)


def tidy(text: str) -> str:
    """What a person typed or heard, as the reference it means: O is read as 0, I and L as 1."""
    plain = "".join(text.upper().split()).replace("-", "")
    body = plain[2:].translate(str.maketrans("OIL", "011"))
    return f"{plain[:2]}-{body[:4]}-{body[4:]}" if len(body) == 8 else text.strip()
