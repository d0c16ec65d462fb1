"""What in a text is shaped like somebody's name: in full, beside what tells of a person, in initials, or alone."""

import re
from collections.abc import Iterator

from krat.pii.draft import QUOTES, TITLES, Draft, Hit, Kind, Token
from krat.pii.vocabulary import (
    LINKS,
    WORD_ENDING,
    bare_surnames,
    common_words,
    first_names,
    fixed_words,
    name_words,
    short_forms,
    surnames,
    word_set,
)


def _is_pair(draft: Draft, left: int, right: int) -> bool:
    """Whether two neighbouring capitalised words are shaped like name and surname, in either order."""
    if draft.nameable(left) and draft.nameable(right):
        return True
    if draft.nameable(left) and draft.first(left) and draft.doubtful(right):
        return True
    if {draft.tokens[left].key, draft.tokens[right].key} & fixed_words():
        return False
    if draft.nameable(left) and draft.doubtful(right):
        return draft.last(right) or draft.last(left)
    if draft.doubtful(left) and draft.nameable(right):
        return draft.first(left) or draft.last(left) or draft.first(right)
    if draft.doubtful(left) and draft.doubtful(right):
        return draft.first(left) and draft.last(right)
    if (
        draft.nameable(right)
        and draft.first(right)
        and draft.capital(left)
        and draft.place(left)
        and not draft.word(left)
    ):
        return draft.tokens[left].key not in draft.known.towns  # "Velçani Elona": the surname first
    if not draft.nameable(left) or not draft.capital(right):
        return False
    # "Elona Durrës": a town or a word behind a first name is written like a surname. Behind a word that is
    # not known, a village is ("Velçani"), and a town is not: "Arsis Durrës".
    village = draft.place(right) and draft.tokens[right].key not in draft.known.towns
    return draft.first(left) or village


WEAK_GAP = re.compile(r"(?:[^\w,;:!?]|_){1,6}")


def _is_weak_pair(draft: Draft, left: int) -> bool:
    """Name and surname with a sign between them; a known first name must be one of the two."""
    gap = draft.gap(left)
    right = left + 1
    if gap.strip() == "," and len(gap) <= 3:
        return draft.nameable(left) and draft.nameable(right) and draft.last(left) and draft.first(right)
    if gap and (WEAK_GAP.fullmatch(gap) is None or (gap[0] == "." and len(gap) > 1)):
        return False
    return draft.nameable(left) and draft.nameable(right) and (draft.first(left) or draft.first(right))


def full_names(draft: Draft) -> Iterator[Hit]:
    """Runs of words shaped like a name and a surname."""
    tokens = draft.tokens
    index = 0
    while index < len(tokens) - 1:
        end = index
        while end < len(tokens) - 1:
            joined = draft.joined(end)
            if not (_is_pair(draft, end, end + 1) if joined else _is_weak_pair(draft, end)):
                break
            end += 1
        if end > index:
            for token in tokens[index : end + 1]:
                token.taken = True
            yield Kind.NAME, tokens[index].start, tokens[end].end, True
        index = end + 1


def names_beside(draft: Draft) -> Iterator[Hit]:
    """One word that a title, an initial or an office-holder's name before it makes a person's."""
    tokens = draft.tokens
    for index, token in enumerate(tokens[1:], 1):
        if token.taken or not (draft.nameable(index) or (draft.doubtful(index) and draft.last(index))):
            continue
        before = tokens[index - 1]
        gap = draft.gap(index - 1)
        close = len(gap) <= 4 and not gap.strip(". ")
        if before.holder and draft.joined(index - 1):
            hit = True  # a third word after an allowed name makes another person
        elif (
            (before.key in TITLES or before.key in PERSON_WORDS) and close and (before.key in TITLES or "." not in gap)
        ):
            hit = draft.nameable(index) and not draft.first(index) and not draft.holder_word(index)
        elif _is_initial(before.text) and gap.startswith(".") and close:
            hit = draft.nameable(index) and not draft.holder_word(index)
        else:
            hit = False
        if hit:
            token.taken = True
            yield Kind.NAME, before.start, token.end, True
    for index in range(len(tokens) - 1):
        known = draft.first(index) or draft.last(index)
        if tokens[index + 1].holder and draft.joined(index) and known and not tokens[index].taken:
            if not draft.nameable(index):
                continue
            tokens[index].taken = True
            yield Kind.NAME, tokens[index].start, tokens[index + 1].end, True


def mixed_names(draft: Draft) -> Iterator[Hit]:
    """A known first name and a known surname of which one or both have no capital."""
    for index in range(len(draft.tokens) - 1):
        left, right = draft.tokens[index], draft.tokens[index + 1]
        if left.taken or right.taken or left.covered or right.covered or not draft.joined(index):
            continue
        if min(len(left.key), len(right.key)) < 3 or draft.word(index) or draft.place(index):
            continue
        if not (draft.first(index) and draft.last(index + 1)) and not (draft.last(index) and draft.first(index + 1)):
            continue
        small = left.text.islower() and right.text.islower()
        if draft.word(index + 1) and (
            left.text.islower() or (_is_small(draft, index + 1) and right.key in fixed_words())
        ):
            continue
        if small and len(left.key) + len(right.key) < 7:
            continue
        left.taken = right.taken = True
        yield Kind.NAME, left.start, right.end, True


LETTER = r"(?:[Dd][Hh]|[Gg][Jj]|[Ll][Ll]|[Nn][Jj]|[Rr][Rr]|[Ss][Hh]|[Tt][Hh]|[Xx][Hh]|[Zz][Hh]|[^\W\d_])(?!\w)"
SPACED_OUT = re.compile(rf"(?<!\w){LETTER}(?: {{1,3}}{LETTER}){{5,39}}")


def spaced_names(draft: Draft) -> Iterator[Hit]:
    """A name written letter by letter: two groups that are no words, or one that begins with a known name."""
    for match in SPACED_OUT.finditer(draft.plain):
        groups = [group.replace(" ", "").lower() for group in re.split(r" {2,3}", match.group())]
        strange = [
            group
            for group in groups
            if group not in common_words() and group not in LINKS and not WORD_ENDING.search(group)
        ]
        begun = any(
            group[:cut] in first_names() or group[:cut] in surnames()
            for group in strange
            for cut in range(3, len(group) - 2)
        )
        if len(strange) > 1 or begun:
            yield Kind.NAME, match.start(), match.end(), True


DIGRAPHS = word_set(
    """
    dh gj ll nj rr sh th xh zh
    """
)
PERSON_WORDS = word_set(
    """
    vajza vajzes vajzen vajze djali djalit djalin femija femijes femijen nxenesi nxenesit nxenesin
    nxenesja nxeneses nxenesen mituri miturit miturin mitura mitures mituren shtetasi shtetasit
    shtetasin shtetasja shtetases shtetasen viktima viktimes viktimen familja familjes familjen nena
    nenes nenen babai babait baban motra motres motren vellai vellait vellain gruaja gruas gruan burri
    burrit burrin bija bijes bijen biri birit birin
    """
)
KIN_WORDS = word_set(
    """
    vajza vajzes vajzen djali djalit djalin nena nenes nenen babai babait baban motra motres motren vellai
    vellait vellain gruaja gruas gruan burri burrit burrin bija bijes bijen biri birit birin familja familjes
    familjen gjyshja gjyshes gjyshen gjyshi gjyshit gjyshin mbesa mbeses mbesen nipi nipit nipin halla halles
    daja dajes xhaxhai xhaxhait tezja tezes nusja nuses vjehrra vjehrres kunata kunates
    """
)
FAMILY_WORDS = (
    PERSON_WORDS
    | KIN_WORDS
    | word_set(
        """
    vajzat vajzave djemte djemve femijet femijeve familjet familjeve prinderit prinderve motrat motrave
    vellezerit vellezerve shtepia shtepise shtepine banesa baneses banesen
    """
    )
)
CASE_WORDS = (
    PERSON_WORDS
    | KIN_WORDS
    | word_set(
        """
    rasti rastit rastin foshnja foshnjes foshnjen bebja bebes beben adoleshentja adoleshentes adoleshenti
    adoleshentit minoreni minorenit minorenia jetimi jetimja
    """
    )
)
INITIALS = re.compile(
    r"(?<![\w.\-/])(?:(?:D[Hh]|G[Jj]|L[Ll]|N[Jj]|R[Rr]|S[Hh]|T[Hh]|X[Hh]|Z[Hh]|[A-Z])\. {0,2}){1,4}"
    r"(?:D[Hh]|G[Jj]|L[Ll]|N[Jj]|R[Rr]|S[Hh]|T[Hh]|X[Hh]|Z[Hh]|[A-Z])(?!\w)\.?"
)
SMALL_INITIALS = re.compile(r" {1,2}[a-z]\. {0,2}[a-z]\.(?!\w)")


def _is_initial(text: str) -> bool:
    return (len(text) == 1 and text.isupper()) or (text[0].isupper() and text.lower() in DIGRAPHS)


def initials(draft: Draft) -> Iterator[Hit]:
    """Two or three initials, a first name with an initial, or two capitals after "vajza", "nxënësi", …"""
    for match in INITIALS.finditer(draft.plain):
        parts = re.findall(r"[A-Za-z]+", match.group())
        letters = "".join(parts).lower()
        apart = " " in match.group() and not match.group().endswith(".")
        if letters not in short_forms() and len(parts) <= 3 and not apart:
            yield Kind.INITIALS, match.start(), match.end(), True
    tokens = draft.tokens
    for index in range(len(tokens) - 1):
        token, after = tokens[index], tokens[index + 1]
        if token.key in PERSON_WORDS:
            small = SMALL_INITIALS.match(draft.plain, token.end)
            if small:
                yield Kind.INITIALS, small.start(), small.end(), True
            elif draft.joined(index) and _is_pair_of_capitals(draft, after):
                yield Kind.INITIALS, after.start, after.end, True
        elif draft.joined(index) and _is_initial(after.text) and draft.plain.startswith(".", after.end):
            known = draft.first(index) or draft.last(index)
            if known and draft.nameable(index) and not token.taken:
                token.taken = True
                yield Kind.INITIALS, token.start, after.end + 1, True


def _is_pair_of_capitals(draft: Draft, token: Token) -> bool:
    """Two or three capitals that are neither a short form nor the beginning of a case code."""
    if token.covered or not token.text.isupper() or not 2 <= len(token.text) <= 3:
        return False
    if token.key in short_forms() or token.key in LINKS or token.key in common_words():
        return False
    return re.match(r"[-/–\d]", draft.plain[token.end : token.end + 1]) is None


# The small words inside the names of other languages. The second set are words of ours too, when written small.
PARTICLES = word_set("al el bin ibn bint van von der den de da di del della dos ul ur abu abd abdul umm")
CAPITAL_PARTICLES = PARTICLES | word_set("ben la le mac mc san")


def _is_particle(token: Token) -> bool:
    return token.key in (PARTICLES if token.text.islower() else CAPITAL_PARTICLES)


def _touches(draft: Draft, index: int) -> bool:
    return draft.joined(index) or draft.gap(index) in ("-", "'")


def particle_names(draft: Draft) -> Iterator[Hit]:
    """A name with a particle inside: "Muhammad Al Rashid", "Jan van der Berg"."""
    tokens = draft.tokens
    for index in range(1, len(tokens) - 1):
        if not _is_particle(tokens[index]) or not draft.nameable(index - 1) or not _touches(draft, index - 1):
            continue
        last = index + 1
        while last < index + 3 and last < len(tokens) - 1 and _is_particle(tokens[last]):
            last += 1
        if not all(_touches(draft, here) for here in range(index, last)):
            continue
        if draft.nameable(last) or draft.doubtful(last):
            for token in tokens[index - 1 : last + 1]:
                token.taken = True
            yield Kind.NAME, tokens[index - 1].start, tokens[last].end, True


def _strong(draft: Draft, index: int) -> bool:
    """A name and nothing else: no word of the committee, no place."""
    token = draft.tokens[index]
    return len(token.key) >= 3 and not (token.covered or draft.word(index) or draft.place(index))


def _is_small(draft: Draft, index: int) -> bool:
    return draft.tokens[index].text.islower()


def linked_names(draft: Draft) -> Iterator[Hit]:
    """A first name or a family word, the linking article, and a surname: "Arben i Hoxhës", "vajza e Hoxhajve"."""
    tokens = draft.tokens
    for index in range(len(tokens) - 1):
        left = tokens[index]
        right = index + 1
        linked = tokens[right].key in LINKS
        if linked:
            right += 1
        if right >= len(tokens) or tokens[right].covered or not all(draft.joined(at) for at in range(index, right)):
            continue
        if (_is_of_family if left.key in FAMILY_WORDS else _is_linked_pair)(draft, index, right, linked):
            tokens[right].taken = True
            yield Kind.NAME, left.start, tokens[right].end, True


def _is_of_family(draft: Draft, index: int, right: int, linked: bool) -> bool:
    if draft.holder_word(right):
        return False
    if draft.last(right):
        if _strong(draft, right):
            return len(draft.tokens[right].key) >= 4 or not _is_small(draft, right)
        # "familja Dibra" is a family; "familja e Dibrës" lives in a town, "mbrojtja e fëmijës Krujë" is a unit there.
        if draft.place(right) and not (draft.tokens[index].key.startswith("familj") and _is_bare_surname(draft, right)):
            return False
        return not linked and draft.capital(right)
    return linked and draft.nameable(right) and not draft.first(right) and draft.tokens[index].key in KIN_WORDS


def _is_bare_surname(draft: Draft, index: int) -> bool:
    return draft.tokens[index].key in bare_surnames()


def _is_linked_pair(draft: Draft, index: int, right: int, linked: bool) -> bool:
    if not linked or draft.tokens[index].covered or not draft.first(index) or not draft.last(right):
        return False
    left_strong, right_strong = (
        _strong(draft, index),
        _strong(draft, right) and draft.tokens[right].key not in name_words(),
    )
    if left_strong and right_strong:
        return not (_is_small(draft, index) and _is_small(draft, right)) or len(draft.tokens[right].key) >= 5
    capitals = draft.capital(index) and draft.capital(right)
    return capitals and (right_strong or (left_strong and draft.tokens[index].key not in name_words()))


def placed_names(draft: Draft) -> Iterator[Hit]:
    """A place's name borne as a first name: "Durrës Hoxha u paraqit". Before another capital it is an institution."""
    tokens = draft.tokens
    for index in range(len(tokens) - 1):
        left, right = tokens[index], tokens[index + 1]
        if left.taken or right.taken or not left.text[0].isupper() or not draft.place(index) or not draft.joined(index):
            continue
        if not draft.nameable(index + 1) or not draft.last(index + 1):
            continue
        follows = draft.joined(index + 1) and not _is_small(draft, index + 2)
        if not follows:
            left.taken = right.taken = True
            yield Kind.NAME, left.start, right.end, True


JOINING = word_set("dhe edhe e i me apo ose")
JOINING_GAP = re.compile(r" ?[,&/+] ?")


def joined_first_names(draft: Draft) -> Iterator[Hit]:
    """Two first names side by side in a list: two of them are persons, where one might be a word."""
    tokens = draft.tokens
    for index in range(len(tokens) - 1):
        right = index + 1
        if tokens[right].key in JOINING and draft.joined(index) and draft.joined(right):
            right += 1
        elif not JOINING_GAP.fullmatch(draft.gap(index)):
            continue
        pair = (index, right)
        if any(not draft.capital(at) or not draft.first(at) or draft.holder_word(at) for at in pair):
            continue
        if any(draft.word(at) and draft.place(at) for at in pair) or _is_called(draft, index):
            continue
        if any(draft.nameable(at) and tokens[at].key not in name_words() for at in pair):
            tokens[index].taken = tokens[right].taken = True
            yield Kind.NAME, tokens[index].start, tokens[right].end, True


CALLED = (
    "qendr", "shoqat", "organizat", "program", "projekt", "fondacion", "fushat", "nism", "kopsht", "shkoll",
    "gjimnaz", "konkurs", "aktivitet", "radio", "revist", "grup", "platform", "strehez", "hotel",
    "kompani", "rrug", "lagj", "fest", "film",
)  # fmt: skip


def _is_called(draft: Draft, index: int) -> bool:
    """Whether the word before says that a house or a programme bears the name."""
    if index == 0 or not draft.tokens[index - 1].key.startswith(CALLED):
        return False
    gap = draft.gap(index - 1)
    return len(gap) <= 4 and not gap.strip(" " + QUOTES)


AGE_AFTER = re.compile(
    r"[ ,(\-–]{1,4}(?:(?:rreth|me|moshe|moshen|mosha|eshte|nje|vajze|djale|femije)[ ,]{1,2}){0,3}\d{1,2}"
    r"(?P<years> ?-? ?(?:vjec|vjet|vit|muaj)|\)| ?,)"
)
AGE_BEFORE = re.compile(r"\d{1,2} ?-? ?(?:vjec[a-z]{0,6}|vjet)[ ,]{1,3}$")
NEAR = 4


def _tells_of_a_person(draft: Draft, index: int) -> bool:
    """Whether an age or a word like "vajza", "rasti" stands so near a first name that it is one child's."""
    token = draft.tokens[index]
    if _is_called(draft, index):
        return False
    sure = draft.nameable(index) and token.key not in name_words()
    age = AGE_AFTER.match(draft.after(token.end, 48).lower())
    if age and (sure or age["years"].strip(" -") not in (")", ",")):
        return True
    if AGE_BEFORE.search(draft.before(token.start, 20).lower()):
        return True
    if index and draft.tokens[index - 1].key in CASE_WORDS and draft.joined(index - 1):
        return True
    linked = index > 1 and draft.tokens[index - 1].key in LINKS and draft.joined(index - 1) and draft.joined(index - 2)
    if linked and draft.tokens[index - 2].key in CASE_WORDS and _strong(draft, index):
        return True
    if not sure or _is_small(draft, index):
        return False
    number = draft.sentence(token.start)
    around = draft.tokens[max(0, index - NEAR) : index + NEAR + 1]
    return any(other.key in CASE_WORDS and draft.sentence(other.start) == number for other in around)


def _is_small_name(draft: Draft, index: int) -> bool:
    key = draft.tokens[index].key
    return _is_small(draft, index) and len(key) >= 4 and key not in name_words() and _strong(draft, index)


def first_names_alone(draft: Draft) -> Iterator[Hit]:
    """A first name without a surname only warns, for many are words and many children share one; not beside a child."""
    for index, token in enumerate(draft.tokens):
        if token.taken or not draft.first(index) or draft.holder_word(index):
            continue
        if not draft.capital(index) and not _is_small_name(draft, index):
            continue
        if _tells_of_a_person(draft, index):
            yield Kind.FIRST_NAME, token.start, token.end, True
        elif draft.nameable(index):
            yield Kind.FIRST_NAME, token.start, token.end, False


RULES = (
    full_names, names_beside, particle_names, mixed_names, linked_names, placed_names, joined_first_names, spaced_names,
)  # fmt: skip
