"""What was typed as databases are asked for it, and a hit in its sentence; no database is needed."""

import pytest

from krat.search.asked import Asked, index_words
from krat.search.excerpts import LONGEST, excerpt, marked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Fëmijë/prind, ÇËSHTJE", "femije prind ceshtje"),
        ("GJ-2020-0012", "gj 2020 12"),
        ("dt.27.10.2020", "dt 27 10 2020"),
        ("Vendim KRAT 03/2026", "vendim krat 3 2026"),
        ("s’ka, D'Ana, Đorđević", "s ka d ana dordevic"),
        ("0 00 100", "0 0 100"),
        ("– … · /", ""),
    ],
)
def test_words_are_folded_and_codes_are_split(text, words):
    assert " ".join(index_words(text)) == words


def test_a_word_may_be_a_beginning_and_a_number_is_whole():
    assert Asked.of("trajnim 3").for_sqlite == '"trajnim" * AND "3"'
    assert Asked.of("trajnim 3").for_postgresql == "('trajnim':*) & ('3')"


def test_what_is_written_together_stays_together():
    assert Asked.of("KRAT 03/2026").for_postgresql == "('krat':*) & ('3' <-> '2026')"
    assert Asked.of("masa 1.1.3").for_sqlite == '"masa" * AND "1 1 3"'


def test_one_letter_is_no_beginning():
    assert Asked.of("e").for_sqlite == '"e"'


@pytest.mark.parametrize("typed", ["", "   ", "…", "/ – *", "'\"&|!()<->"])
def test_signs_alone_ask_for_nothing(typed):
    assert not Asked.of(typed)


def test_the_same_piece_counts_once_and_no_more_than_a_dozen():
    assert len(Asked.of("bashki Bashki BASHKI").pieces) == 1
    assert len(Asked.of(" ".join(f"fjala{number}" for number in range(40))).pieces) == 12


# --- excerpts ---


def hits(parts):
    return [part.text for part in parts if part.is_hit]


def test_the_sentence_with_most_of_the_words_is_shown():
    texts = ["Komiteti u mblodh. Policia raportoi. Trajnimi i mësuesve fillon në shkurt."]

    shown = excerpt(texts, Asked.of("trajn mesues"))

    assert "".join(part.text for part in shown) == "Trajnimi i mësuesve fillon në shkurt."
    assert hits(shown) == ["Trajnimi", "mësuesve"]


def test_an_abbreviation_ends_no_sentence():
    shown = excerpt(["Sipas VKM nr. 578, Komiteti vendosi."], Asked.of("vendosi"))

    assert "".join(part.text for part in shown) == "Sipas VKM nr. 578, Komiteti vendosi."


def test_of_a_long_sentence_what_lies_around_the_word_is_shown():
    shown = excerpt([f"{'fjalë ' * 200}strehimi {'fjalë ' * 200}"], Asked.of("strehim"))

    text = "".join(part.text for part in shown)
    assert hits(shown) == ["strehimi"]
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) <= LONGEST + 4


def test_a_number_is_marked_as_a_whole_and_its_parts_alone_are_not():
    assert hits(marked("Vendimi KRAT 3/2026 dhe 3 masa", Asked.of("3/2026"))) == ["3/2026"]


def test_marking_loses_no_letter():
    text = "Ë, “fëmijë”/prind –  dy  hapësira\n"

    assert "".join(part.text for part in marked(text, Asked.of("femije prind hapesira"))) == text


def test_without_the_word_the_first_sentence_stands():
    assert hits(excerpt(["E para. E dyta."], Asked.of("asgje"))) == []
    assert excerpt([], Asked.of("asgje")) == []
