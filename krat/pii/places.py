"""What in a text is shaped like the way to somebody's door, or to a shelter's."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from krat.pii.draft import QUOTES, Draft, Hit, Kind
from krat.pii.vocabulary import common_words

NUMBERED = r"(?:\.|:)? {0,2}(?:(?i:nr)\.? {0,2}|(?i:numri) ?)?\d{1,4} ?(?:/ ?\d{1,3}|[A-Za-z](?!\w))?(?![\d])"
STREET_WORD = r"(?:[A-Z][\w\-]{0,30}|[ietse]{1,2}(?!\w))"
PART = re.compile(
    r"(?<!\w)(?:"
    r"(?P<home>(?i:pall(?:ati|atin|atit)?|godina|godines|godinen|ap|apart|apartamenti|apartamentin|banesa|banesen"
    rf"|banese|shtepia|shtepine|shtepise){NUMBERED})"
    rf"|(?P<part>(?i:lagjja|lagjes|lagjen|lagje|lagjia|l|shkalla|shk|hyrja|hyr|kati|p|k|sh){NUMBERED})"
    r"|(?P<street>(?i:rruga|rruges|rrugen|bulevardi|bulevardit|bulevardin|(?:rr|blv)(?=[. ]))"
    rf"[ .]{{0,2}}(?:[\"“„«'][^\"“”„«»'\n]{{1,60}}[\"”»']|{STREET_WORD}(?: {{1,2}}{STREET_WORD}){{0,5}}))"
    r"|(?P<number>(?i:nr)\.? {0,2}\d{1,4}[A-Za-z]?(?![\w/]))"
    r")"
)
QUARTER = re.compile(r"(?<![\w.])L\. ?\d{1,2}(?![\w/])")
HOUSE = re.compile(r"[ ,]{1,3}(?:nr\.? {0,2})?\d{1,3} ?[A-Za-z]?(?![\w/%:]|\.\d)(?! ?(?:km|m2|metra|m)\b)")


def addresses(draft: Draft) -> Iterator[Hit]:
    """A house: a street with a number, a numbered building or flat, or two numbered parts side by side."""
    plain = draft.plain
    for match in QUARTER.finditer(plain):
        yield Kind.ADDRESS, match.start(), match.end(), True
    group: list[re.Match[str]] = []
    for match in PART.finditer(plain):
        between = plain[group[-1].end() : match.start()] if group else ""
        if group and (len(between) > 4 or between.strip(" ,;.-\n")):
            if _is_address(plain, group):
                yield Kind.ADDRESS, group[0].start(), group[-1].end(), True
            group = []
        group.append(match)
    if group and _is_address(plain, group):
        yield Kind.ADDRESS, group[0].start(), group[-1].end(), True


def _is_address(plain: str, group: list[re.Match[str]]) -> bool:
    kinds = [match.lastgroup for match in group]
    if "home" in kinds:
        return True
    if "street" in kinds:
        street = group[kinds.index("street")]
        capital = any(c.isupper() for c in street.group()[2:]) or any(sign in street.group() for sign in QUOTES)
        return capital and (len(group) > 1 or HOUSE.match(plain, street.end()) is not None)
    return kinds.count("part") >= 2


COORDINATES = re.compile(
    r"(?<![\d.,])(?:-?\d{1,2}[.,]\d{4,15} ?°? ?[NSns]?[,; /]{1,3}-?\d{1,3}[.,]\d{4,15}(?!\d)"
    r"|\d{1,2} ?° ?\d{1,2} ?['′’](?: ?\d{1,2}(?:[.,]\d{1,4})?)?)"
)
MAP_LINK = re.compile(r"(?:maps\.app\.goo|goo\.gl/maps|google\.[a-z]{2,3}/maps|maps\.google)\S{0,80}", re.IGNORECASE)


def coordinates(draft: Draft) -> Iterator[Hit]:
    """A point of the map, or a link to one."""
    for pattern in (COORDINATES, MAP_LINK):
        for match in pattern.finditer(draft.plain):
            yield Kind.ADDRESS, match.start(), match.end(), True


HALL = r"(?! (?:i|te|e|se) (?:kultur|sport|kongres|drejtes|brigad))"
ROOM = (
    rf"(?:pallat(?:i|in|it)\b{HALL}"
    r"|(?:kati[nt]?|hyrj(?:a|en|es)|shkall(?:a|en|es)|apartament(?:i|in|it)|banes(?:en|es))\b)"
)
LIVES = re.compile(
    rf"\b(?:banon|banojne|banonte|banonin|banues[a-z]{{0,2}}|banuar"
    rf"|jeton|jetonte|jetojne|adresa|adresen|vendbanim[a-z]{{1,3}}|qiramarr[a-z]{{1,3}})\b"
    rf"[^.!?;\n]{{0,60}}?\b{ROOM}",
    re.IGNORECASE,
)
# A street without a number is an address where one person or a family lives there; "familjet që banojnë" are many.
IN_STREET = re.compile(
    rf"\b(?:banon|banonte|jeton|jetonte|banues[ei]|me (?:banim|vendbanim)|vendbanimi|shtepia e (?:tij|saj|tyre))\b"
    rf"[^.!?;\n]{{0,40}}?\b(?:rruga|rruges|rrugen|bulevardi|bulevardin|rr(?=[. ])|blv(?=[. ]))"
    rf"[ .]{{0,2}}(?:[\"“„«'][^\"“”„«»'\n]{{1,60}}[\"”»']|{STREET_WORD}(?: {{1,2}}{STREET_WORD}){{0,5}})",
    re.IGNORECASE,
)
BESIDE = r"(?:pas|prapa|mbrapa|perballe|prane|ngjitur|afer|mbi|te|tek|tej|karshi)"
BLOCK = re.compile(
    rf"\bpallat(?:i|in|it)\b{HALL}(?: (?:i|e) [\w\-]{{1,20}})? {BESIDE}\b[^.!?;\n]{{1,60}}", re.IGNORECASE
)


def homes_told(draft: Draft) -> Iterator[Hit]:
    """A home without a number: "banon te pallati i ri", "pallati pas shkollës", "jeton në rrugën e Dëshmorëve"."""
    for pattern in (LIVES, BLOCK):
        for match in pattern.finditer(draft.plain):
            yield Kind.ADDRESS, match.start(), match.end(), True
    for match in IN_STREET.finditer(draft.plain):
        street = re.search(r"(?i:rrug|rr\.?|bulevard|blv)\S*(?P<name>.*)$", match.group())
        if street and any(sign.isupper() or sign in QUOTES for sign in street["name"]):
            yield Kind.ADDRESS, match.start(), match.end(), True


# Where a shelter stands is nobody's to write, not even the people who work there.
SHELTER = re.compile(
    r"\b(?:strehez[a-z]{0,5}|strehim[a-z]{0,3} emergjen[a-z]{1,3}|"
    r"qendr[a-z]{1,3} (?:kombetare )?(?:e )?(?:pritese|pritjes|strehimit)|shtepi[a-z]{0,2} (?:e |se )?sigurt)",
    re.IGNORECASE,
)
STANDS = (
    r"(?:ndodhet|ndodhen|gjendet|gjenden|(?:eshte|u|e) (?:vendos(?:ur)?|hap(?:ur)?|ngrit(?:ur)?)"
    r"|vendosur|adres[a-z]{1,3}|vendndodhj[a-z]{1,3}|funksionon)"
)
NEXT_TO = r"(?:perballe|ngjitur|prapa|mbrapa|karshi|afer|(?:ne|te|tek) rrug[a-z]{1,3})"
LOCATED = re.compile(rf"\b(?:{STANDS}|{NEXT_TO})\b", re.IGNORECASE)
AT_ONCE = re.compile(
    r"(?:,? (?:e|se|te|ne|re|tone|sone|jone|eshte|rajonale|vendore"
    r"|per|vajza|gra|femije)){0,4},? (?:prane|ne|te|tek|pas|nga)\b",
    re.IGNORECASE,
)
LANDMARKS = (
    "kishe", "kisha", "kishes", "xhami", "teqe", "shkoll", "gjimnaz", "treg", "spital", "stacion", "park", "ura",
    "ures", "poliklinik", "hotel", "plazh", "farmaci", "market", "supermarket", "shesh", "stadium", "pallat", "rrug",
    "lagj", "kopsht", "cerdh", "karburant", "lulisht", "varrez", "fabrik", "uzin", "rrethrrotullim",
    "furr", "kafe", "komisariat", "poste", "posta",
)  # fmt: skip
NO_LANDMARKS = frozenset(["rruge", "parku", "shkollor", "shkollore", "shkollim", "shkollimit", "tregu"])


def shelter_places(draft: Draft) -> Iterator[Hit]:
    """A shelter, and where in a municipality it stands: a village, a quarter, a church, a school."""
    for match in SHELTER.finditer(draft.plain):
        end = _end_of_place_behind(draft, match.end())
        if end:
            yield Kind.ADDRESS, match.start(), end, True
            continue
        before = draft.before(match.start(), 100)
        stands = re.search(rf"\b(?:{STANDS})\b[^,;]{{0,25}}$", before[-60:], re.IGNORECASE)
        if stands:
            begin = match.start() - len(before)
            place = _place_between(draft, begin, match.start())
            if place and not re.search(r"\b(?:eshte|u) (?:vendos|ngrit|hap)", before, re.IGNORECASE):
                yield Kind.ADDRESS, begin, match.end(), True


def _end_of_place_behind(draft: Draft, position: int) -> int:
    behind = draft.after(position, 90)
    located = LOCATED.search(behind)
    if located:
        begin = position + located.start()
        return _place_between(draft, begin, begin + len(draft.after(begin + 1, 70)))
    at_once = AT_ONCE.match(behind)
    if at_once:
        begin = position + at_once.end()
        return _place_between(draft, begin, begin + len(draft.after(begin + 1, 20)))
    return 0


def _place_between(draft: Draft, begin: int, end: int) -> int:
    """The end of the first village, quarter or landmark there; zero when there is none."""
    tokens = draft.tokens
    index = bisect_left(draft.starts, begin)
    while index < len(tokens) and tokens[index].start < end:
        key, capital = tokens[index].key, tokens[index].text[0].isupper()
        landmark = key.startswith(LANDMARKS) and key not in NO_LANDMARKS
        village = capital and draft.place(index) and key not in draft.known.towns and key not in common_words()
        street = key.startswith("rrug") and capital
        if landmark or village or street:
            return tokens[index].end
        index += 1
    return 0


RULES = (addresses, coordinates, homes_told, shelter_places)
