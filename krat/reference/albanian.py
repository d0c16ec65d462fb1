"""Albanian letters: the order of the alphabet, and folding for search."""

import unicodedata

_ALPHABET = "a b c ç d dh e ë f g gj h i j k l ll m n nj o p q r rr s sh t th u v x xh y z zh".split()
# Two digits a sign: nothing but digits stands in one order under every collation, whatever a server was set up with.
_RANK = {letter: f"{rank:02}" for rank, letter in enumerate(_ALPHABET, start=11)}

_FOREIGN = {"w": "v"}  # in names of organisations; ICU puts it beside v, too


def sort_key(words: str) -> str:
    """A key in whose order stands what the 36-letter Albanian alphabet orders (ICU's ``sq``), on any database.

    Of digits alone: with signs between them a server whose collation is a language's passed over the signs, and its
    lists stood in no alphabet.
    """
    folded = unicodedata.normalize("NFC", words).casefold()
    key, at = [], 0
    while at < len(folded):
        pair = folded[at : at + 2]
        letter = pair if pair in _RANK else folded[at]
        if letter in _RANK:
            key.append(_RANK[letter])
        elif letter.isdigit():
            key.append(f"{unicodedata.digit(letter) + 1:02}")  # numbers before letters
        elif letter.isspace() or letter == "-":
            key.append("00")
        elif bare := unicodedata.normalize("NFD", letter)[0]:
            key.append(_RANK.get(_FOREIGN.get(bare, bare), ""))
        at += len(letter)
    return "".join(key)


def fold(words: str) -> str:
    """Lower case without marks: many people type *femije* for *fëmijë*."""
    decomposed = unicodedata.normalize("NFD", words.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
