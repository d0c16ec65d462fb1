"""Passwords of Albanian words, names and years are refused; sentences of one's own are not."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from krat.people.models import User
from krat.people.passwords import AlbanianWordsValidator

GUESSED = [
    "tirana2026tirana",
    "korcakorca2026!",
    "kundertrafikimit",
    "Durres-2026-Durres",
    "DurrësDurrës2026",
    "prefektura2025",
    "T1r4na2026!!!!",
    "mirembrojtje2026",
    "fjalekalimi123",
    "shqiperiashqiperia",
    "SkenderbeuSkenderbeu",
    "admin-admin-2026",
    "gjirokastra2020",
    "artanartan1990",
    "janarshkurtmars",
    "krat2026krat2026",
    "aaaaaaaaaaaaaaaa",
    "123456789012",
    "!!!!????!!!!2026",
]
OF_THEIR_OWN = [
    "dallandyshet ikin para shiut",
    "tre lopë kaluan urën në mesnatë",
    "kafe pa sheqer te Lulja çdo të hënë",
    "im gjysh mbante mjaltë në bodrum",
    "correct horse battery staple",
    "Vj8#qLm2$xRtPz",
]


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_first_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize("password", OF_THEIR_OWN)
def test_a_sentence_of_ones_own_is_accepted(password):
    validate_password(password)


@pytest.mark.parametrize("password", ["tirana2026tirana", "korcakorca2026!", "kundertrafikimit", "T1r4na2026!!!!"])
def test_it_is_our_validator_that_refuses_albanian_words(password):
    with pytest.raises(ValidationError) as refusal:
        AlbanianWordsValidator().validate(password)

    assert refusal.value.code == "password_of_known_words"


def test_without_our_validator_they_would_pass(settings):
    """The negative control: Django's own list is English."""
    settings.AUTH_PASSWORD_VALIDATORS = [one for one in settings.AUTH_PASSWORD_VALIDATORS if "krat" not in one["NAME"]]

    validate_password("tirana2026tirana")
    validate_password("kundertrafikimit")


@pytest.mark.parametrize("password", ["shkurt", "njembedhje", "Vj8#qLm2$xR"])
def test_fewer_than_twelve_signs_are_too_few(password):
    with pytest.raises(ValidationError):
        validate_password(password)


def test_ones_own_name_is_refused():
    user = User(username="elvana.zyberaj", name="Elvana Zyberaj", email="elvana.zyberaj@example.org")

    with pytest.raises(ValidationError):
        validate_password("elvana.zyberaj", user)


def test_the_refusal_says_what_to_do_instead():
    with pytest.raises(ValidationError, match=r"fjali|sentence"):
        AlbanianWordsValidator().validate("tirana2026tirana")


def test_the_help_says_how_long():
    assert AlbanianWordsValidator().get_help_text()


def test_a_very_long_password_does_not_hang():
    with pytest.raises(ValidationError):
        AlbanianWordsValidator().validate("tirana" * 5_000)
