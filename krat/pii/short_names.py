"""A person told by less than a name: initials, a first name with an initial or an age, a name behind its label."""

import re
from collections.abc import Iterator

from krat.pii import ages
from krat.pii.draft import QUOTES, Draft, Hit, Kind, Token
from krat.pii.names import CALLED
from krat.pii.public_names import NAMED_AFTER, ORGANISATIONS
from krat.pii.relations import CASE_WORDS, CHILDREN, FILES, KIN_WORDS, OWNERS, PERSON_WORDS, SIBLINGS
from krat.pii.vocabulary import (
    DIGRAPHS,
    LINKS,
    common_words,
    first_names,
    is_initial,
    name_words,
    short_forms,
    word_set,
)

CAPITAL = r"(?:D[Hh]|G[Jj]|L[Ll]|N[Jj]|R[Rr]|S[Hh]|T[Hh]|X[Hh]|Z[Hh]|[A-Z])"
SMALL = r"(?:dh|gj|ll|nj|rr|sh|th|xh|zh|[a-z])"
INITIALS = re.compile(rf"(?<![\w.\-/])(?:{CAPITAL}\. {{0,2}}){{1,4}}{CAPITAL}(?!\w)\.?")
PAIR = re.compile(rf"(?<![\w.\-/]){CAPITAL}[ \-/.]{CAPITAL}(?![\w\-/])\.?")
SMALL_INITIALS = re.compile(rf"(?<![\w.\-/]){SMALL}\. {{0,2}}{SMALL}\.?(?!\w)")
YOUNG = re.compile(rf"(?<![\w.\-/]){CAPITAL}(?P<dot>\.)? (?:i|e|te|se) (?:vog[a-z]{{2,5}}|mitur[a-z]{{0,2}})\b")
PERSON_BEFORE = re.compile(
    r"(?<![a-z])([a-z]{2,20})(?: (?:i|e|te|se) (?:vog[a-z]{2,5}|madh[a-z]{0,2}|saj|tij|mitur[a-z]{0,2}))? ?$"
)
# Short forms that are written with a space between their parts: "R. SH.", "Sh. A."
SPACED_FORMS = word_set("rsh sha shpk psh")
NOT_INITIALS = word_set("p.sh d.m e.l m.p p.e")
# Before a letter these count or name a part: "klasa A", "grupi B", "rasti C", "shkronja D".
COUNTED = (
    "klas", "grup", "rast", "pik", "shkronj", "germ", "aneks", "shtojc", "tabel", "kategori", "nivel", "faz",
    "variant", "paralel", "seksion", "list", "zon", "skem", "hyrj", "korpus", "blloku", "formular", "gjini", "seks",
    "vitamin", "hepatit", "virus", "tip", "modul", "pjes", "sall", "person", "model", "kod",
)  # fmt: skip
# As Albanian surnames end, in the forms people write.
SURNAME_ENDING = re.compile(r"(?:i|it|in|u|ut|un|aj|ajt|ajn|iu|a|es|en|o|os|on)$")
SEXES = word_set("f m")
ROMAN = word_set("i v x")


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


def _is_after_person(draft: Draft, position: int, *, files: bool = False) -> bool:
    """Whether "vajza", "motra e vogël" or "14-vjeçarja" stands just before."""
    before = draft.before(position, 40)
    if ages.says_who_before(before):
        return True
    words = re.search(
        r"([a-z]+)(?: (?:i|e|te|se) (?:vog[a-z]{2,5}|madh[a-z]{0,2}|saj|tij|mitur[a-z]{0,2}))? ?$", before.lower()
    )
    return words is not None and words[1] in (CASE_WORDS if files else PERSON_WORDS | SIBLINGS)


def _is_aged(draft: Draft, position: int) -> bool:
    return ages.is_in_years(draft.plain[position : position + ages.LONGEST])


def _goes_on(draft: Draft, position: int) -> bool:
    """Whether the sentence goes on behind a dot: the dot is a letter's, and no full stop."""
    behind = re.match(r"[ ]?(\S)", draft.plain[position : position + 3])
    return behind is not None and (behind[1].islower() or behind[1] in ",;(:–-0123456789")


def pairs_of_initials(draft: Draft) -> Iterator[Hit]:
    """Two or three initials: "A. Đ.", "V.H.", beside a person or an age also "V H", "v.h." and "VH"."""
    plain = draft.plain
    for match in INITIALS.finditer(plain):
        parts = re.findall(r"[A-Za-z]+", match.group())
        spaced, dotted = " " in match.group(), match.group().endswith(".")
        beside = _is_after_person(draft, match.start(), files=True) or _is_aged(draft, match.end())
        if len(parts) > 3 or (spaced and not dotted and not beside) or draft.is_covered(match.start()):
            continue
        letters = _letters(match.group())
        forms = SPACED_FORMS if spaced and dotted and len(parts) == 2 else short_forms()
        if beside or letters not in forms:
            yield Kind.INITIALS, match.start(), match.end(), True
    for pattern, forms in ((PAIR, short_forms()), (SMALL_INITIALS, frozenset())):
        for match in pattern.finditer(plain):
            if draft.is_covered(match.start()):
                continue
            if (
                _letters(match.group()) in forms
                or set(_letters(match.group())) <= SEXES
                or match.group().rstrip(".").replace(" ", "") in NOT_INITIALS
            ):
                continue
            if _is_after_person(draft, match.start()) or _is_aged(draft, match.end()):
                yield Kind.INITIALS, match.start(), match.end(), True
    for token in draft.tokens:
        if not _is_pair_of_capitals(draft, token):
            continue
        if _is_after_person(draft, token.start) or _is_aged(draft, token.end):
            yield Kind.INITIALS, token.start, token.end, True


def _is_pair_of_capitals(draft: Draft, token: Token) -> bool:
    """Two or three capitals that are neither a short form nor the beginning of a case code."""
    if token.covered or not token.text.isupper() or not 2 <= len(token.text) <= 3:
        return False
    if token.key in short_forms() or token.key in LINKS or token.key in common_words():
        return False
    return re.match(r"[-/–\d]", draft.plain[token.end : token.end + 1]) is None


def names_with_an_initial(draft: Draft) -> Iterator[Hit]:
    """A first name and the letter of a surname: "Vjosa H., 14 vjeç", "Elona H nuk vjen"."""
    tokens = draft.tokens
    for index in range(len(tokens) - 1):
        token, letter = tokens[index], tokens[index + 1]
        if token.taken or token.covered or draft.gap(index) not in (" ", "  ", ".", "", "-", ". "):
            continue
        if draft.gap(index) == ". " and (len(token.text) > 3 or not _is_after_person(draft, token.start)):
            continue  # "nxënësja Vj. H."; elsewhere a sentence ends
        small = token.text.islower()
        if not (is_initial(letter.text) or (small and letter.text.islower() and _is_letter(letter.text))):
            continue
        dotted = draft.plain.startswith(".", letter.end)
        end = letter.end + dotted
        if _stands_for_a_person(draft, index, end, dotted=dotted, small=small):
            token.taken = True
            yield Kind.INITIALS, token.start, end, True


def _is_letter(text: str) -> bool:
    return len(text) == 1 or text in DIGRAPHS


def _stands_for_a_person(draft: Draft, index: int, end: int, *, dotted: bool, small: bool) -> bool:
    """Whether a word before a single letter is a name: a known one, or any that an age or a child stands beside."""
    token, letter = draft.tokens[index], draft.tokens[index + 1]
    if draft.holder_word(index) or token.key.startswith(COUNTED):
        return False
    beside = _is_after_person(draft, token.start) or _is_aged(draft, end)
    if small:
        return draft.first(index) and dotted and beside and not draft.word(index)
    if draft.nameable(index):
        if draft.first(index) or draft.last(index):
            return dotted or beside or (token.key not in name_words() and _goes_on(draft, letter.end))
        return beside or (dotted and _goes_on(draft, end))
    if not draft.doubtful(index) or not draft.first(index):
        return False
    if beside:
        return True
    counted = letter.key in ROMAN and draft.word(index)
    return dotted and not counted and (not draft.word(index) or _goes_on(draft, end))


def single_initials(draft: Draft) -> Iterator[Hit]:
    """One letter that stands for a child: "nxënësja V. nuk vjen", "R. e vogla", "V., 14 vjeç"; not "rasti A"."""
    for match in YOUNG.finditer(draft.plain):
        if match["dot"] or not draft.before(match.start(), 4).strip():  # not "shkronja A e vogël"
            yield Kind.INITIALS, match.start(), match.end(), True
    for index, token in enumerate(draft.tokens):
        if token.taken or not is_initial(token.text):
            continue
        dotted = draft.plain.startswith(".", token.end)
        end = token.end + dotted
        before = draft.tokens[index - 1].key if index and draft.joined(index - 1) else ""
        if before.startswith(COUNTED) and not (dotted and before in FILES and _goes_on(draft, end)):
            continue
        person = _is_after_person(draft, token.start)
        aged = _is_aged(draft, end)
        if (aged and (person or token.key not in SEXES)) or (person and dotted and _goes_on(draft, end)):
            token.taken = True
            yield Kind.INITIALS, token.start, end, True
        elif person and dotted:
            yield Kind.INITIALS, token.start, end, False


def names_with_an_age(draft: Draft) -> Iterator[Hit]:
    """A word that stands in no list, with an age: "Xhorda, 14 vjeç", "14-vjeçarja Zyhra"."""
    for index, token in enumerate(draft.tokens):
        if token.taken or not draft.nameable(index) or draft.holder_word(index) or draft.first(index):
            continue
        if index and draft.tokens[index - 1].key.startswith(CALLED) and draft.joined(index - 1):
            continue
        if _is_aged(draft, token.end) or ages.says_who_before(draft.before(token.start, 24)):
            token.taken = True
            yield Kind.NAME, token.start, token.end, True


LABELS = word_set(
    """
    emri emer emrin mbiemri mbiemer mbiemrin atesia atesi atesine amesia amesi amesine nofka nofken
    pseudonimi alias inicialet iniciale name surname initials
    """
)
SURNAME_LABELS = word_set("mbiemri mbiemer mbiemrin atesia atesi amesia amesi inicialet iniciale")
SAYS = word_set("eshte ishte qe")
CALLED_SO = word_set("quhet quhej quajtur quajti thirret thirrej")
PRONOUNS = word_set("ai ajo i e cili cila une")
MOST_BETWEEN = 6


def labelled_names(draft: Draft) -> Iterator[Hit]:
    """A name behind its label: "Emri: Drita", "emri i së mitures është Vjosa", "Atësia: Gjon", "quhet Xhorda"."""
    for index, token in enumerate(draft.tokens):
        if token.key in LABELS:
            at = _behind_label(draft, index)
        elif token.key in CALLED_SO:
            at = _behind_called(draft, index)
        else:
            continue
        if at:
            name = draft.tokens[at]
            name.taken = True
            yield Kind.NAME, name.start, name.end, True


def _behind_label(draft: Draft, index: int) -> int:
    """The word that a label gives as somebody's name; zero where it names a house or a work, or nothing."""
    tokens = draft.tokens
    at, owned = index + 1, False
    signed = _is_signed(draft, index)
    while at < len(tokens) and at <= index + MOST_BETWEEN:
        key = tokens[at].key
        if key in OWNERS or key in SAYS:
            owned = True
        elif not (key in LABELS or key == "dhe" or (key in LINKS and tokens[at].text.islower())):
            break
        signed = signed or _is_signed(draft, at)
        at += 1
    if at >= len(tokens) or draft.sentence(tokens[at].start) != draft.sentence(tokens[index].start):
        return 0
    sure = signed or owned
    if tokens[index].key in ("emrin", "emer") and not sure and _is_behind_a_house(draft, index):
        return 0
    if tokens[index].key == "emrin" and (index == 0 or tokens[index - 1].key != "me"):
        return 0
    both = tokens[index].key in ("emri", "emer") and any(
        one.key in SURNAME_LABELS for one in tokens[at + 1 : at + 3]
    )  # "me emër Kastriot dhe mbiemër …"
    sure = sure or both or tokens[index].key in SURNAME_LABELS
    return at if _is_given(draft, at, sure=sure, signed=signed) else 0


def _is_signed(draft: Draft, index: int) -> bool:
    return index + 1 < len(draft.tokens) and draft.gap(index).strip(" " + QUOTES) in (":", "=", "–", "-", ": -")


def _is_given(draft: Draft, at: int, *, sure: bool, signed: bool) -> bool:
    token = draft.tokens[at]
    if token.covered or draft.holder_word(at):
        return False
    if is_initial(token.text):
        return draft.plain.startswith(".", token.end) or sure
    known = draft.first(at) or draft.last(at)
    if token.text.islower():
        return known and sure and len(token.key) >= 3 and not draft.word(at)
    if draft.nameable(at):
        return sure or known or _is_after_me(draft, at)
    return sure and draft.capital(at) and known


def _is_after_me(draft: Draft, at: int) -> bool:
    """Whether "me emrin" stands right before: "një vajzë me emrin Xhorda"."""
    return at > 1 and draft.tokens[at - 2].key == "me" and draft.tokens[at - 1].key in LABELS


def _is_behind_a_house(draft: Draft, index: int) -> bool:
    """Whether what bears the name is a school, a programme, a square: no person."""
    near = draft.tokens[max(0, index - 4) : index]
    number = draft.sentence(draft.tokens[index].start)
    return any(
        token.key.startswith((*NAMED_AFTER, *ORGANISATIONS, *CALLED))
        for token in near
        if draft.sentence(token.start) == number
    )


def _behind_called(draft: Draft, index: int) -> int:
    at = index + 1
    if at >= len(draft.tokens) or not draft.joined(index) or _is_behind_a_house(draft, index):
        return 0
    token = draft.tokens[at]
    if token.covered or not draft.capital(at) or draft.holder_word(at):
        return 0
    if draft.nameable(at) and draft.first(at):
        return at
    number = draft.sentence(token.start)
    said = [one.key for one in draft.tokens[max(0, index - 6) : index] if draft.sentence(one.start) == number]
    told = any(key in PERSON_WORDS or key in PRONOUNS for key in said)
    return at if told and (draft.nameable(at) or draft.first(at)) else 0


def kin_named(draft: Draft) -> Iterator[Hit]:
    """Kin, then a name between commas: "e ëma, Xhorda, nuk ka punë"; a file under a surname: "rasti Xhangoli"."""
    tokens = draft.tokens
    for index, token in enumerate(tokens):
        known = draft.capital(index) and draft.first(index)
        if token.taken or not index or draft.holder_word(index) or not (known or draft.nameable(index)):
            continue
        gap = draft.gap(index - 1)
        if gap == ", " and draft.plain.startswith(",", token.end):
            before = index - 1
            if tokens[before].key in ("saj", "tij", "tyre") and before > 1:
                before -= 2
            hit = tokens[before].key in KIN_WORDS | CHILDREN
        elif gap == " " and tokens[index - 1].key in ("saj", "tij", "tyre") and index > 2:
            hit = tokens[index - 3].key in KIN_WORDS  # "gjyshi i saj Okshan"
        else:
            unknown = draft.nameable(index) and not draft.first(index)
            hit = gap == " " and tokens[index - 1].key in FILES and unknown and bool(SURNAME_ENDING.search(token.key))
        if hit:
            token.taken = True
            yield Kind.NAME, token.start, token.end, True


# "VjosaH", "vjosa2012": how files and accounts are named; in one piece it is no river and no year of a programme.
IN_ONE_PIECE = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[A-Za-z][a-z]{2,14})(?:[A-Z][hjlnr]?|(?:19|20)\d\d)(?![A-Za-z0-9])"
)
MASKED = re.compile(r"(?<!\w)[A-Z][a-z]?\*{2,}[a-z]{0,3}(?!\w)")
GREAT_AND_SMALL = re.compile(r" (?:i|e|te|se) (?:vog[a-z]{2,5}|mitur[a-z]{0,2})\b")


def names_half_hidden(draft: Draft) -> Iterator[Hit]:
    """Letters behind stars ("V***a"), "VjosaH", and a first name with "e vogël", which is no river's or a word's."""
    for match in MASKED.finditer(draft.plain):
        yield Kind.NAME, match.start(), match.end(), True
    for match in IN_ONE_PIECE.finditer(draft.plain):
        name = match["name"].lower()
        if name in first_names() and name not in name_words() and name not in common_words():
            yield Kind.NAME, match.start(), match.end(), True
    for index, token in enumerate(draft.tokens):
        sure = draft.first(index) and draft.nameable(index) and token.key not in name_words()
        if sure and not token.taken and GREAT_AND_SMALL.match(draft.plain, token.end):
            token.taken = True
            yield Kind.FIRST_NAME, token.start, token.end, True


RULES = (
    names_with_an_initial, pairs_of_initials, single_initials, labelled_names, names_with_an_age, kin_named,
    names_half_hidden,
)  # fmt: skip
