"""Keys of the alphabet become digits alone: under a language's collation the signs between them were passed over."""

import unicodedata

from django.db import migrations

ALPHABET = "a b c ç d dh e ë f g gj h i j k l ll m n nj o p q r rr s sh t th u v x xh y z zh".split()
FOREIGN = {"w": "v"}
DIGITS = {letter: f"{rank:02}" for rank, letter in enumerate(ALPHABET, start=11)}
SIGNS = {letter: chr(ord("0") + rank) for rank, letter in enumerate(ALPHABET, start=1)}


def key_of(words, rank, space, digit):
    folded = unicodedata.normalize("NFC", words).casefold()
    key, at = [], 0
    while at < len(folded):
        pair = folded[at : at + 2]
        letter = pair if pair in rank else folded[at]
        if letter in rank:
            key.append(rank[letter])
        elif letter.isdigit():
            key.append(digit(letter))
        elif letter.isspace() or letter == "-":
            key.append(space)
        elif bare := unicodedata.normalize("NFD", letter)[0]:
            key.append(rank.get(FOREIGN.get(bare, bare), ""))
        at += len(letter)
    return "".join(key)[:200]


def in_digits(words):
    return key_of(words, DIGITS, "00", lambda one: f"{unicodedata.digit(one) + 1:02}")


def in_signs(words):
    return key_of(words, SIGNS, " ", lambda one: f"!{one}")


def rewrite(rows, name, key):
    for row in rows.order_by("pk").iterator(chunk_size=1000):
        row.sort_key = key(getattr(row, name))
        row.save(update_fields=["sort_key"])


def _places(key):
    def write(apps, schema_editor):
        for model in ("County", "Municipality"):
            rewrite(apps.get_model("reference", model).objects.using(schema_editor.connection.alias), "name", key)

    return write


class Migration(migrations.Migration):
    dependencies = [("reference", "0006_list_of_services")]

    operations = [migrations.RunPython(_places(in_digits), _places(in_signs))]
