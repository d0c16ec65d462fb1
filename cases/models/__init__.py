"""What a case is made of: each depth is a table of its own, with a right of its own (decisions 2, 11 and 12)."""

from cases.models.card import Card, Obstacle
from cases.models.case import Case, Series, StageDeadline
from cases.models.identification import Identification
from cases.models.identity import Identity, NameToken
from cases.models.inbox import KnownVersion, SentChange
from cases.models.kept import KeptSearch
from cases.models.keys import DataKey
from cases.models.need import UnmetNeed
from cases.models.parts import AidPart, CounsellingPart, Note, SchoolPart
from cases.models.reach import Assignment
from cases.models.referral import Referral
from cases.models.signal import Signal
from cases.models.signal_words import SignalWords

__all__ = [
    "AidPart",
    "Assignment",
    "Card",
    "Case",
    "CounsellingPart",
    "DataKey",
    "Identification",
    "Identity",
    "KeptSearch",
    "KnownVersion",
    "NameToken",
    "Note",
    "Obstacle",
    "Referral",
    "SchoolPart",
    "SentChange",
    "Series",
    "Signal",
    "SignalWords",
    "StageDeadline",
    "UnmetNeed",
]
