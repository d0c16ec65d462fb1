"""The rights that are declared, beside docs/domain.md 16: who may see what, written down from there once more.

Levels there: N nothing, A numbers, K the coded card, P the part that concerns one's own sector, F the full file.
"""

import pytest

from krat.access import rights
from krat.access.rights import Reach
from krat.access.roles import Role
from tests.cases.core import sees

# What somebody sees: the rights by which something of a case is shown, and how far each of a level goes.
CARD, FACTS = "cards.view", "cards.facts"
FILE = ("cases.view", "identity.view", "parts.view", "notes.view", "obstacles.view", "referrals.view")
SIGNAL, SIGNAL_WORDS = "signals.view", "signals.read"
REFERRED, SHARED = "referrals.view", "referrals.use"
SHOWING = (*FILE, SHARED, CARD, FACTS, SIGNAL, SIGNAL_WORDS)

NOTHING: dict[str, Reach] = {}


def card(reach: Reach, facts: Reach | None = None) -> dict[str, Reach]:
    """K: the coded card, with age band, sex, stage and risk as far as the card or less far."""
    return {CARD: reach, FACTS: facts or reach}


def file(reach: Reach) -> dict[str, Reach]:
    """F: everything of a case."""
    return dict.fromkeys(FILE, reach)


def part(reach: Reach = Reach.RECEIVED) -> dict[str, Reach]:
    """P: what an accepted referral shares; the referral itself from the moment it is sent."""
    return {REFERRED: Reach.RECEIVED, SHARED: reach}


SENDS = {SIGNAL: Reach.SENT}  # creates a referral to the unit; "sees outcome status only"
# "K where own institution has an action"; without what ties a risk to a name that a referral gave it (decision 12).
WHERE_WAITED_FOR = {CARD: Reach.RECEIVED}

DOMAIN_16: dict[Role, dict[str, Reach]] = {
    # Prefekti: A; K for stuck cases | N
    Role.PREFECT: card(Reach.COUNTY),
    # Koordinator i Përgjithshëm: A, K | N
    Role.COORDINATOR: card(Reach.COUNTY),
    # Sekretaria KRAT: A | N
    Role.SECRETARIAT: NOTHING,
    # NJMF përgjegjës: F own bashki | F own bashki
    Role.UNIT_HEAD: file(Reach.INSTITUTION)
    | card(Reach.INSTITUTION, facts=Reach.OWN)
    | {SIGNAL: Reach.INSTITUTION, SIGNAL_WORDS: Reach.RECEIVED},
    # PMF: F own cases | F/W own cases
    Role.CHILD_WORKER: file(Reach.TEAM) | card(Reach.TEAM) | {SIGNAL: Reach.INSTITUTION, SIGNAL_WORDS: Reach.TEAM},
    # Drejtor shërbimesh sociale: K own bashki | F on approval step
    Role.SOCIAL_DIRECTOR: card(Reach.INSTITUTION, facts=Reach.OWN)
    | {"cases.view": Reach.INSTITUTION, "identity.view": Reach.INSTITUTION},
    # Zyra e ndihmës ekonomike, as "with own action": P | P
    Role.ECONOMIC_AID: part() | WHERE_WAITED_FOR,
    # Policia vendore: F for VMT cases in which engaged | P; only named officers
    Role.POLICE: part(Reach.OWN) | WHERE_WAITED_FOR | SENDS,
    # Policia kufitare: create referral; K own referrals | P own referral
    Role.BORDER_POLICE: part() | WHERE_WAITED_FOR | SENDS,
    # SHSSH: F VMT/VT in county | F identification, placement
    Role.SOCIAL_SERVICE: {"cases.view": Reach.VICTIMS, "identity.view": Reach.VICTIMS} | WHERE_WAITED_FOR | SENDS,
    # ZVA: P children with a school action | P school section
    Role.EDUCATION: part() | WHERE_WAITED_FOR | SENDS,
    # NJVKSH: P with health action | P health section
    Role.HEALTH: part() | WHERE_WAITED_FOR | SENDS,
    # OJF / strehëz: F own clients | F/W own clients after accepted referral and consent
    Role.NGO: part() | WHERE_WAITED_FOR | SENDS,
    Role.SHELTER: part() | WHERE_WAITED_FOR | SENDS,
    # Zyra e Koordinatorit Kombëtar: A; K | N
    Role.NATIONAL: card(Reach.COUNTRY),
    # DPO: audit log F | N
    Role.DATA_PROTECTION: NOTHING,
    # Administrator sistemi: N | N
    Role.ADMIN: NOTHING,
    # Decision 1: a municipal system reaches its institution; what only people tell each other is not for it.
    Role.SYSTEM: {
        "cases.view": Reach.INSTITUTION,
        "identity.view": Reach.INSTITUTION,
        "referrals.view": Reach.INSTITUTION,
        SHARED: Reach.OWN,
    },
}

# Where the registry differs from the domain, and why.
DEVIATIONS: dict[tuple[Role, str], tuple[Reach, str]] = {
    (Role.SOCIAL_DIRECTOR, "cases.view"): (Reach.NONE, "the approval step is not built yet; until then, cards only"),
    (Role.SOCIAL_DIRECTOR, "identity.view"): (Reach.NONE, "as above: nothing is approved that would need a name"),
    (Role.BORDER_POLICE, REFERRED): (
        Reach.NONE,
        "no purpose refers to the border police; it tells and is told no more",
    ),
    (Role.BORDER_POLICE, SHARED): (Reach.NONE, "as above"),
}


def declared() -> dict[Role, dict[str, Reach]]:
    """The tables of rights, turned round: of each role what it sees."""
    return {
        role: {
            name: reach
            for name in SHOWING
            if (reach := rights.right(name).reaches.get(role, Reach.NONE)) is not Reach.NONE
        }
        for role in Role
    }


@pytest.mark.parametrize("role", Role)
def test_what_a_role_sees_is_what_the_domain_says_or_a_named_deviation(role):
    expected = DOMAIN_16[role] | {name: reach for (who, name), (reach, _why) in DEVIATIONS.items() if who == role}

    assert declared()[role] == {name: reach for name, reach in expected.items() if reach is not Reach.NONE}


def test_every_deviation_is_one_and_has_a_reason():
    for (role, name), (reach, why) in DEVIATIONS.items():
        assert DOMAIN_16[role].get(name, Reach.NONE) != reach
        assert len(why) > 5


def test_every_right_that_shows_something_of_a_case_is_compared():
    """A new one stands above, or it is a right to do something."""
    areas = ("signals.", "cases.", "identity.", "parts.", "notes.", "referrals.", "obstacles.", "cards.")
    doing = {
        *("signals.send", "signals.take", "cases.open", "cases.change", "cases.assign", "cases.close"),
        *(
            "cases.viewers",
            "cases.identify",
            "cases.find_formally",
            "cases.inbox",
            "cases.sent",  # shows the sender what became of what it sent, and nothing of the case
            "identity.change",
            "parts.change",
            "notes.write",
            "referrals.send",
        ),
        *("referrals.answer", "obstacles.mark", "cards.resolve", "cards.table"),
    }

    assert {one.name for one in rights.all_rights() if one.name.startswith(areas)} == {*SHOWING, *doing}


@pytest.mark.parametrize("right", [one.name for one in rights.all_rights()])
def test_nobody_does_to_a_case_what_they_may_not_see(right):
    """Whoever changes something of a case sees it; the table alone files by alias what it does not see."""
    needed = {
        "cases.": "cases.view",
        "identity.": "identity.view",
        "parts.": "parts.view",
        "notes.": "notes.view",
        "obstacles.": "obstacles.view",
        "referrals.": "referrals.view",
        "signals.": "signals.view",
        "cards.": "cards.view",
    }
    area = next((view for area, view in needed.items() if right.startswith(area)), None)
    if area is None or right == "cards.table":
        return
    blind = {role for role in rights.right(right).reaches if role not in rights.right(area).reaches}

    assert blind == set()


@pytest.mark.parametrize("name", ["cases.", "identity.", "parts.", "notes.", "referrals.", "obstacles.", "signals."])
def test_nobody_of_the_committee_the_country_or_the_servers_has_any_right_on_a_case(name):
    outside = {Role.PREFECT, Role.COORDINATOR, Role.SECRETARIAT, Role.NATIONAL, Role.DATA_PROTECTION, Role.ADMIN}

    for one in rights.all_rights():
        if one.name.startswith(name):
            assert not outside & set(one.reaches), one.name


def test_a_machine_decides_nothing():
    """Decision 1: no approvals, no closing."""
    machine = {one.name for one in rights.all_rights() if Role.SYSTEM in one.reaches}

    assert not machine & {"cases.close", "cases.assign", "cases.inbox", "signals.take", "cards.table", "notes.view"}
    assert not machine & {"cases.identify", "cases.find_formally"}


@pytest.mark.django_db
def test_a_card_is_seen_at_the_municipality_by_its_director_and_by_whom_it_waits_for(people):
    """K own bashki is the director's; the economic-aid office sees what waits for its own institution."""
    _obstacle, card = people.at_the_table(people.open(), waits_for=people.place("AL-02-ZVA"))

    assert sees(people.director, card)
    assert not sees(people.aid, card)
    assert sees(people.school, card)
    assert not sees(people.far_school, card)
