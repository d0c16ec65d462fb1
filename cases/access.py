"""Rights: who sees and does what in a case (docs/domain.md 16); of a file, the committee has cards and numbers.

Reaches of a case: TEAM by a dated assignment, INSTITUTION as its holder, VICTIMS for the regional social service.
Whoever is referred to has no case at all: RECEIVED (or OWN, for the officer who accepted) opens, through
`cases.sharing`, the fields of the referral's purpose and no others (decision 12).
"""

from django.utils.translation import gettext_lazy as _

from krat.access.rights import Reach, confidential, declare
from krat.access.roles import MEMBERS, OFFICES, SECRETARIES, Role

_UNIT = frozenset({Role.UNIT_HEAD, Role.SYSTEM})
_SENDERS = frozenset(
    {
        Role.POLICE,
        Role.BORDER_POLICE,
        Role.SOCIAL_SERVICE,
        Role.EDUCATION,
        Role.HEALTH,
        Role.NGO,
        Role.SHELTER,
    }
)
_OFFICES_REFERRED_TO = frozenset({Role.ECONOMIC_AID, Role.EDUCATION, Role.HEALTH, Role.NGO, Role.SHELTER})
_TABLE = frozenset({Role.PREFECT, Role.COORDINATOR})

# Every page of these says what it shows.
confidential("signals", "cases", "identity", "parts", "notes", "referrals", "obstacles", "cards")

# --- signals ---

declare(
    "signals.view",
    _("see how signals stand"),
    {
        _SENDERS: Reach.SENT,  # the outcome's status and nothing else: the words are another right
        frozenset({Role.UNIT_HEAD, Role.CHILD_WORKER}): Reach.INSTITUTION,
    },
)
declare(
    "signals.send",
    _("send a signal about a child or a possible victim"),
    {_SENDERS | {Role.UNIT_HEAD, Role.CHILD_WORKER}: Reach.SENT},
)
declare(
    "signals.read",
    _("read the words of a signal"),
    {Role.UNIT_HEAD: Reach.RECEIVED, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "signals.take",
    _("take a signal as a case, or reject it"),
    {frozenset({Role.UNIT_HEAD, Role.CHILD_WORKER}): Reach.RECEIVED},
)

# --- the case: its head, its team ---

declare(
    "cases.view",
    _("see the heads of cases"),
    {_UNIT: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM, Role.SOCIAL_SERVICE: Reach.VICTIMS},
)
declare("cases.open", _("open a case"), {_UNIT: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM})
declare(
    "cases.change",
    _("assess the risk and lead the case through its stages"),
    {_UNIT: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "cases.identify",
    _("record a first identification, by any body of first contact"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "cases.find_formally",
    _("record a formal identification, of the State Social Service with the police"),
    {Role.SOCIAL_SERVICE: Reach.VICTIMS},
)
declare("cases.assign", _("name the team of a case"), {Role.UNIT_HEAD: Reach.INSTITUTION})
declare("cases.close", _("close and reopen a case"), {Role.UNIT_HEAD: Reach.INSTITUTION})
declare(
    "cases.viewers",
    _("see who looked at a case"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "cases.inbox",
    _("decide about changes that a municipal system sent"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)

declare(
    "cases.sent",
    _("follow what becomes of changes that the systems of one's own institution sent"),
    {Role.SYSTEM: Reach.INSTITUTION},
)

# --- who it is, and what is told ---

declare(
    "identity.view",
    _("see who it is"),
    {_UNIT: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM, Role.SOCIAL_SERVICE: Reach.VICTIMS},
)
declare("identity.change", _("change who it is"), {_UNIT: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM})
declare(
    "parts.view",
    _("see the parts of a case: school, economic aid, counselling"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "parts.change",
    _("change the school part and the economic-aid part"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "notes.view",
    _("read the notes of a case; sensitive ones only as its manager or their writer"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "notes.write",
    _("write a note in a case"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)

# --- referrals ---

declare(
    "referrals.view",
    _("see referrals"),
    {
        _UNIT: Reach.INSTITUTION,
        Role.CHILD_WORKER: Reach.TEAM,
        _OFFICES_REFERRED_TO | {Role.POLICE}: Reach.RECEIVED,
    },
)
declare(
    "referrals.send",
    _("refer a case to an institution"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "referrals.answer",
    _("accept, refuse and complete a referral"),
    {_OFFICES_REFERRED_TO | {Role.POLICE, Role.SYSTEM}: Reach.RECEIVED},
)
declare(
    "referrals.use",
    _("see what an accepted referral shares, and write one's own part"),
    {
        _OFFICES_REFERRED_TO: Reach.RECEIVED,
        frozenset({Role.POLICE, Role.SYSTEM}): Reach.OWN,  # only the officer, or the system, that accepted it
    },
)

# --- obstacles and cards ---

declare(
    "obstacles.view",
    _("see what holds a case up"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "obstacles.mark",
    _("mark an obstacle, take it to the table, confirm that it is gone"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
declare(
    "cards.view",
    _("see cards: a stuck case without a name"),
    {
        _TABLE: Reach.COUNTY,
        frozenset({Role.UNIT_HEAD, Role.SOCIAL_DIRECTOR}): Reach.INSTITUTION,  # its cases', or waiting for it
        (MEMBERS | OFFICES) - {Role.UNIT_HEAD, Role.SOCIAL_DIRECTOR, Role.CHILD_WORKER}: Reach.RECEIVED,
        Role.CHILD_WORKER: Reach.TEAM,
        Role.NATIONAL: Reach.COUNTRY,
    },
)
# An institution that is waited for may have accepted the case's referral: with these it could tie them to a name.
declare(
    "cards.facts",
    _("see age, sex, stage and risk on a card"),
    {
        _TABLE: Reach.COUNTY,
        frozenset({Role.UNIT_HEAD, Role.SOCIAL_DIRECTOR}): Reach.OWN,
        Role.CHILD_WORKER: Reach.TEAM,
        Role.NATIONAL: Reach.COUNTRY,
    },
)
declare(
    "cards.resolve",
    _("see which case a card is of"),
    {Role.UNIT_HEAD: Reach.INSTITUTION, Role.CHILD_WORKER: Reach.TEAM},
)
# The secretariat files what the table says of a card by its alias; it does not see the card.
declare("cards.table", _("put cards on an agenda, and file what was decided"), {SECRETARIES: Reach.COUNTY})
