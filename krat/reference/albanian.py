"""Albanian letters: the order of the alphabet, and folding for search."""

import unicodedata

_ALPHABET = "a b c ç d dh e ë f g gj h i j k l ll m n nj o p q r rr s sh t th u v x xh y z zh".split()
_RANK = {letter: chr(ord("0") + rank + 1) for rank, letter in enumerate(_ALPHABET)}

_FOREIGN = {"w": "v"}  # in names of organisations; ICU puts it beside v, too


def sort_key(words: str) -> str:
    """A key whose byte order is the order of the 36-letter Albanian alphabet (ICU's ``sq``), on any database."""
    folded = unicodedata.normalize("NFC", words).casefold()
    key, at = [], 0
    while at < len(folded):
        pair = folded[at : at + 2]
        letter = pair if pair in _RANK else folded[at]
        if letter in _RANK:
            key.append(_RANK[letter])
        elif letter.isdigit():
            key.append("!" + letter)  # numbers before letters
        elif letter.isspace() or letter == "-":
            key.append(" ")
        elif bare := unicodedata.normalize("NFD", letter)[0]:
            key.append(_RANK.get(_FOREIGN.get(bare, bare), ""))
        at += len(letter)
    return "".join(key)


def fold(words: str) -> str:
    """Lower case without marks: many people type *femije* for *fëmijë*."""
    decomposed = unicodedata.normalize("NFD", words.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
