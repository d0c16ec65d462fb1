"""What in a text is shaped like somebody's name: in full, beside what tells of a person, in initials, or alone."""

import re
from collections.abc import Iterator

from krat.pii import ages
from krat.pii.draft import QUOTES, TITLES, Draft, Hit, Kind, Token
from krat.pii.public_names import NO_ARTICLE
from krat.pii.relations import CASE_WORDS, CHILDREN, CLOSE_KIN, FAMILY_WORDS, FILES, KIN_WORDS, PERSON_WORDS, SIBLINGS
from krat.pii.vocabulary import (
    LINKS,
    WORD_ENDING,
    bare_surnames,
    common_words,
    first_names,
    fixed_words,
    is_initial,
    name_words,
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
    sure = draft.nameable(left), draft.nameable(right)
    if gap.strip() == "," and len(gap) <= 3:
        surname_first = draft.last(left) and draft.first(right)
        return all(sure) and (surname_first or (draft.first(left) and draft.last(right) and not draft.first(right)))
    if gap and (WEAK_GAP.fullmatch(gap) is None or (gap[0] == "." and len(gap) > 1)):
        return False
    if all(sure):
        return draft.first(left) or draft.first(right)
    # "Vjosa_Prendi", "Saimir/Gjata", "Hoxha_Drin": one of the two is a word or a place besides.
    if len(gap) != 1 or gap not in "_/.(" or not (any(sure) or gap == "_"):
        return False
    named = all(one or draft.doubtful(at) for one, at in zip(sure, (left, right), strict=True))
    in_order = draft.first(left) and draft.last(right)
    return named and (in_order or (draft.last(left) and draft.first(right)))


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
            known = draft.first(index) and not (before.key in TITLES and draft.last(index))
            hit = draft.nameable(index) and not known and not draft.holder_word(index)
        elif is_initial(before.text) and not before.covered and gap.startswith(".") and close:
            inside = bool(draft.before(before.start, 4).strip())  # "A. Gjatë muajit" is a point of a list
            hit = (draft.nameable(index) or (inside and draft.capital(index))) and not draft.holder_word(index)
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
        of_family = left.key in FAMILY_WORDS or (left.key in FILES and draft.capital(right))
        if (_is_of_family if of_family else _is_linked_pair)(draft, index, right, linked):
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
    if not draft.nameable(right) or draft.first(right):
        return False
    return draft.tokens[index].key in (KIN_WORDS if linked else SIBLINGS)


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


def families_visited(draft: Draft) -> Iterator[Hit]:
    """A family by its plural: "te Hoxhajt nuk u hap dera"."""
    for index, token in enumerate(draft.tokens[1:], 1):
        at_home = draft.tokens[index - 1].key in ("te", "tek") and draft.joined(index - 1)
        if at_home and token.key.endswith("ajt") and not token.taken and draft.last(index) and draft.nameable(index):
            token.taken = True
            yield Kind.NAME, token.start, token.end, True


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
    if draft.tokens[index - 1].key in NO_ARTICLE and not any(sign in gap for sign in QUOTES):
        return False  # "në rrugë Arben, 9 vjeç"
    return len(gap) <= 4 and not gap.strip(" " + QUOTES)


NEAR = 4


def _tells_of_a_person(draft: Draft, index: int) -> bool:
    """Whether an age or a word like "vajza", "rasti" stands so near a first name that it is one child's."""
    token = draft.tokens[index]
    if _is_called(draft, index):
        return False
    sure = draft.nameable(index) and token.key not in name_words()
    number = draft.sentence(token.start)
    around = draft.tokens[max(0, index - NEAR) : index + NEAR + 1]
    near = any(other.key in CASE_WORDS and draft.sentence(other.start) == number for other in around)
    if ages.is_told_after(draft.after(token.end, ages.LONGEST), sure=sure or near):
        return True
    if ages.is_told_before(draft.before(token.start, 20)) or (sure and _has_birth_year(draft, token)):
        return True
    if index and draft.tokens[index - 1].key in CASE_WORDS and draft.joined(index - 1):
        return True
    linked = index > 1 and draft.tokens[index - 1].key in LINKS and draft.joined(index - 1) and draft.joined(index - 2)
    whose = draft.tokens[index - 2].key if linked else ""
    if whose in CASE_WORDS and (_strong(draft, index) or (whose in CLOSE_KIN and draft.capital(index))):
        return True
    return sure and near and not _is_small(draft, index)


def _has_birth_year(draft: Draft, token: Token) -> bool:
    """ "Elona 2012", "Elona (2012)"."""
    return not token.text.islower() and ages.BIRTH_YEAR.match(draft.plain, token.end) is not None


def _is_small_name(draft: Draft, index: int) -> bool:
    token = draft.tokens[index]
    if not _is_small(draft, index) or len(token.key) < 4 or token.covered or draft.word(index):
        return False
    if token.key not in name_words() and not draft.place(index):
        return True
    # "vjosa, 14 vjeç", "nxënësja besa": written small it is no river, and beside a child no word.
    child = index and draft.tokens[index - 1].key in CHILDREN and draft.joined(index - 1)
    before = draft.before(token.start, 24)
    return bool(child) or ages.says_who_before(before) or ages.is_in_years(draft.after(token.end, ages.LONGEST))


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
    families_visited,
)  # fmt: skip
