"""Many fail to sign in: none of them makes the registry forget who is guessing."""

import pytest

from tests.people.test_guessing import VICTIM, can_sign_in, others_fail, sign_in

pytestmark = pytest.mark.django_db


def test_a_name_stays_refused_while_many_others_fail(world, times):
    for number in range(5):
        sign_in(VICTIM, f"prova e gabuar {number}")
    assert not can_sign_in()

    others_fail(times(400, 4000))  # more than 300: where Django's own cache begins to forget

    assert not can_sign_in()
