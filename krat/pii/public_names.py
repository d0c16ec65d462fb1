"""What bears a name and is no private person: places, institutions, feasts, schools, organisations, saints.

The words of such names are covered: no rule of names looks at them. An office-holder's name is covered in a sentence
that says an office.
"""

from krat.pii import ages
from krat.pii.draft import QUOTES, Draft, Phrases
from krat.pii.relations import CASE_WORDS, PERSON_WORDS
from krat.pii.vocabulary import LINKS, first_names, word_set

NAMED_AFTER = (
    "shkoll", "gjimnaz", "gjymnaz", "kopsht", "cerdh", "konvikt", "shesh", "rruga", "rruges", "rrugen",
    "rruget", "bulevard", "lagj", "spital",
    "teatr", "stadium", "bibliotek", "muze", "universitet", "aeroport", "hotel",
)  # fmt: skip
NOT_NAMED_AFTER = word_set(
    """
    shkollor shkollore shkolloret shkollim shkollimi shkollimit shkollimin
    """
)
# Without an article they are not yet a certain one: "në shkollë Arben Hoxha mungon" tells of a pupil.
NO_ARTICLE = word_set(
    """
    shkolle gjimnaz gjymnaz kopsht cerdhe konvikt shesh rruge bulevard lagje spital teater stadium biblioteke muze
    universitet aeroport hotel
    """
)
SCHOOL_WORDS = word_set(
    """
    e i te se vjecare mesme bashkuar fillore profesionale pergjithshme publike jopublike speciale
    teknike ekonomike mbreterore rajonal rajonale memorial kombetar nderkombetar qytetit fshatit me
    emrin emri profesional publik universitar bashkiak artistik artistike futbollit
    """
)
IS_CALLED = word_set("eshte ishte quhet quhej quhen")
HALLS = word_set("kultures sportit kongreseve")
ORGANISATIONS = (
    "shoqat", "organizat", "fondacion", "qendra", "qendres", "qendren", "qender", "koalicion", "kooperativ", "rrjet",
    "institut", "nism", "program", "projekt", "fushat", "operacion", "radio", "televizion", "revist", "ansambl",
    "dioqez", "mision", "manastir", "klinik", "restorant", "ambasad", "agjenci", "ojf", "ojq", "parku", "xhami",
    "kisha", "kishes", "kishen", "teqe", "kalaj", "monument", "cmimi", "klubi", "kolegj", "turne", "kampionat",
    "salla", "salles", "sallen",
)  # fmt: skip
NO_ORGANISATIONS = word_set("organizator organizatori organizatore institucion institucioni programim projektim")
ORGANISATION_WORDS = word_set(
    """
    rinore rinor ditore ditor komunitare komunitar psiko sociale social kulturore kulturor rome rom shendetesore
    multifunksionale zhvillimi mbrojtjes gruas grave femijes femijeve per joqeveritare jofitimprurese rehabilitimi
    pritese kombetare rajonale vendore nderkombetare
    """
)
SAINTS = word_set("shen shna shenjt shenjtit shenjtin shenjtor shenjtorit shenjte shenjta shenjtes")


def _phrases(draft: Draft, phrases: Phrases, *, holders: bool) -> None:
    if not phrases:
        return
    words = [index for index, token in enumerate(draft.tokens) if token.key not in LINKS]
    for position, index in enumerate(words):
        best = 0
        for shapes in phrases.get(draft.tokens[index].key, ()):
            if len(shapes) > best and position + len(shapes) <= len(words) and _matches(draft, shapes, words, position):
                best = len(shapes)
        if not best or (holders and draft.sentence(draft.tokens[index].start) not in draft.offices):
            continue
        last = words[position + best - 1]
        if holders or best == 1 or not _is_told_of_a_person(draft, index, last):
            for token in draft.tokens[index : last + 1]:
                token.covered = True
                token.holder = token.holder or holders


def _matches(draft: Draft, shapes: tuple[frozenset[str], ...], words: list[int], position: int) -> bool:
    for offset in range(1, len(shapes)):
        here, before = words[position + offset], words[position + offset - 1]
        if draft.tokens[here].key not in shapes[offset]:
            return False
        if draft.tokens[here].start - draft.tokens[before].end > 12:
            return False
    return True


def _is_told_of_a_person(draft: Draft, first: int, last: int) -> bool:
    """Whether "nxënësi" stands before, or an age behind: then even a feast's words are a person's name."""
    if first and draft.tokens[first - 1].key in PERSON_WORDS and draft.joined(first - 1):
        # "Shtëpia e Fëmijës", "Njësia e Mbrojtjes së Fëmijës" are no child's.
        of = first > 2 and draft.tokens[first - 2].key in LINKS
        if not of or draft.tokens[first - 3].key in CASE_WORDS:
            return True
    return ages.is_in_years(draft.after(draft.tokens[last].end, ages.LONGEST))


def _named_after(draft: Draft) -> None:
    """A school, square or street is often named after a person: the words right after it are its name."""
    for index, token in enumerate(draft.tokens):
        hall = token.key in HALLS and index > 1 and draft.tokens[index - 2].key.startswith("pallat")
        if hall or (token.key.startswith(NAMED_AFTER) and token.key not in NOT_NAMED_AFTER):
            at = _begin_of_name(draft, index, SCHOOL_WORDS)
            if not at:
                continue
            if any(sign in draft.gap(at - 1) for sign in QUOTES):
                _cover_quoted(draft, at)
            elif at > index + 1 or token.key not in NO_ARTICLE:
                _cover_run(draft, at, _length_of_school_name(draft, at))


def _organisations(draft: Draft) -> None:
    """An organisation's name stands behind what it is: in quotes, or in words that are no person's."""
    for index, token in enumerate(draft.tokens):
        if not token.key.startswith(ORGANISATIONS) or token.key in NO_ORGANISATIONS:
            continue
        at = _begin_of_name(draft, index, SCHOOL_WORDS | ORGANISATION_WORDS)
        if not at:
            continue
        if any(sign in draft.gap(at - 1) for sign in QUOTES):
            _cover_quoted(draft, at)
            continue
        run = 1
        while run < 4 and draft.joined(at + run - 1) and draft.capital(at + run):
            run += 1
        name = range(at, at + run)
        if run == 1 and _is_of_a_place(draft, at):
            _cover_run(draft, at, 1)
            continue
        if any(draft.first(one) or draft.last(one) for one in name) or _is_told_of_a_person(draft, at, name[-1]):
            continue
        if sum(draft.nameable(one) for one in name) < 2:  # two words that are none may be somebody at the centre
            _cover_run(draft, at, run)


def _is_of_a_place(draft: Draft, at: int) -> bool:
    """Whether an article and a place follow: "Shoqata Jehona e Dibrës"."""
    place = at + 2
    if place >= len(draft.tokens) or not (draft.joined(at) and draft.joined(at + 1)):
        return False
    return draft.tokens[at + 1].key in LINKS and draft.capital(place) and draft.place(place)


def _begin_of_name(draft: Draft, index: int, between: frozenset[str]) -> int:
    """Where the name behind a word begins ("shkolla e mesme", "emri i shkollës:"); zero when none does."""
    at = index + 1
    called = False
    while at < len(draft.tokens) and at <= index + 7 and draft.tokens[at].key in between | IS_CALLED:
        called = called or draft.tokens[at].key in IS_CALLED
        at += 1
    if at >= len(draft.tokens) or not draft.tokens[at].text[0].isupper():
        return 0
    gap = draft.gap(at - 1)
    labelled = index > 1 and draft.tokens[index - 2].key in ("emri", "emrin")
    if len(gap) > 12 or any(sign in gap for sign in (".,;\n" if labelled else ".,;:\n")):
        return 0
    return at if not called or labelled or any(sign in gap for sign in QUOTES) else 0


def _cover_run(draft: Draft, at: int, run: int) -> None:
    for token in draft.tokens[at : at + run]:
        token.covered = True


def _saints(draft: Draft) -> None:
    """Saints are nobody of today: "Shën Nikollës", "Shna Ndout", "Shën Jon Vladimirit"."""
    for index in range(len(draft.tokens) - 1):
        if draft.tokens[index].key not in SAINTS or not draft.joined(index) or not draft.capital(index + 1):
            continue
        second = draft.joined(index + 1) and draft.nameable(index + 2) and draft.first(index + 2)
        _cover_run(draft, index, 3 if second and not draft.joined(index + 2) else 2)


def _cover_quoted(draft: Draft, at: int) -> None:
    for index in range(at, min(at + 6, len(draft.tokens))):
        draft.tokens[index].covered = True
        if index + 1 < len(draft.tokens) and any(sign in draft.gap(index)[:3] for sign in QUOTES):
            return


def _length_of_school_name(draft: Draft, at: int) -> int:
    letters = 0
    while at + letters < len(draft.tokens) - 1 and draft.is_dotted(at + letters):
        letters += 1
    if letters:  # "shkolla A. Z. Çajupi"
        return letters + 1
    run = 1
    while run < 5 and draft.joined(at + run - 1) and draft.nameable(at + run):
        run += 1
    if run == 3:
        second = draft.tokens[at + 1].key
        return 1 if second in first_names() else 3
    return min(run, 2)


COVERS = (_named_after, _organisations, _saints)


def cover(draft: Draft) -> None:
    """Cover the words of every name that is no private person's."""
    _phrases(draft, draft.known.phrases, holders=False)
    _phrases(draft, draft.known.holders, holders=True)
    for one in COVERS:
        one(draft)
