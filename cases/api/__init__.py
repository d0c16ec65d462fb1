"""Cases and referrals for municipal systems. What a client may not see is absent, not null."""

from cases.api.bulk import CaseBulk
from cases.api.cases import CaseByReference, CaseOne, Cases
from cases.api.inbox import SentChangeOne, SentChanges
from cases.api.referrals import ReferralAccept, ReferralComplete, ReferralOne, ReferralRefuse, Referrals

__all__ = [
    "CaseBulk",
    "CaseByReference",
    "CaseOne",
    "Cases",
    "ReferralAccept",
    "ReferralComplete",
    "ReferralOne",
    "ReferralRefuse",
    "Referrals",
    "SentChangeOne",
    "SentChanges",
]
