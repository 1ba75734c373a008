"""References that a person can read over the telephone: PHP-7K3M-9QXR."""

import secrets

from portal.values.numbers import POST_CODE_CHARACTERS, reference

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 7


def new_reference(post_code: str) -> str:
    """Return a reference for a post: its code, seven random characters of Crockford base 32, one check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    body += _check_character(post_code + body)
    return f"{post_code}-{body[:4]}-{body[4:]}"


def read_reference(typed: str) -> str | None:
    """Return the reference that was meant (O for 0, I or L for 1, any dashes and case), or None.

    The check character detects any single wrong character.
    """
    plain = reference(typed)
    code, body = plain[:POST_CODE_CHARACTERS], plain[POST_CODE_CHARACTERS:]
    if not code.isalpha() or len(body) != RANDOM_CHARACTERS + 1 or any(character not in ALPHABET for character in body):
        return None
    if _check_character(code + body[:-1]) != body[-1]:
        return None
    return f"{code}-{body[:4]}-{body[4:]}"


def _check_character(text: str) -> str:
    # Odd weights below 32 are coprime to it, so that one wrong character is always detected.
    total = sum((2 * place + 1) * _value(place, character) for place, character in enumerate(text))
    return ALPHABET[total % len(ALPHABET)]


def _value(place: int, character: str) -> int:
    # The post code has letters that base 32 lacks: there A is 10 and Z is 35, all different modulo 32.
    if place < POST_CODE_CHARACTERS:
        return ord(character) - ord("A") + 10
    return ALPHABET.index(character)
