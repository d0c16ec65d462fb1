"""What in a text is shaped like somebody's number or account: telephone, papers, car, bank, mail, birth date."""

import re
from collections.abc import Iterator

import phonenumbers
from stdnum.be import nn
from stdnum.ch import ssn
from stdnum.de import idnr
from stdnum.es import nie
from stdnum.fr import nir
from stdnum.gr import amka
from stdnum.it import codicefiscale
from stdnum.ro import cnp
from stdnum.si import emso
from stdnum.tr import tckimlik

from krat.pii.draft import Draft, Hit, Kind
from krat.pii.vocabulary import common_words, first_names, surnames, word_set

DATES = re.compile(r"(?<!\d)(\d{1,2})[./\-](\d{1,2})[./\-]((?:19|20)\d\d)(?!\d)")
LONG_NUMBER = re.compile(r"(?<![\w])(?:\+ ?|\( ?|[Oo])?\d(?:[ .\-/()–]{0,3}\d){5,16}(?!\d)")
CALL_WORD = re.compile(
    r"\b(?:tel|cel|mob|telefon\w{0,6}|celular\w{0,4}|whatsapp|viber)[ .:]{0,4}(?:nr[ .:]{0,3})?$",
    re.IGNORECASE,
)
MONEY = re.compile(r" ?(?:leke?|lekesh|euro|eur|all|usd|dollar|€|\$)", re.IGNORECASE)
HELPLINES = word_set(
    """
    116006 116111 116000 116117 129 112 127 126 128 08001212 0801010
    """
)


# Whose numbers are written without their country's code: ours, and those of the neighbours whose plans take no other
# number of a text for one (Italy's does).
REGIONS = ("AL", "GR", "XK")


def _is_in_a_plan(digits: str) -> bool:
    """Whether the numbering plan of a country gives a telephone such a number."""
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number_for_region(phonenumbers.parse(digits, region), region):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def phones(draft: Draft) -> Iterator[Hit]:
    plain = DATES.sub(lambda match: "#" * len(match.group()), draft.plain)
    for match in LONG_NUMBER.finditer(plain):
        digits = re.sub(r"\D", "", match.group())
        if digits in HELPLINES or MONEY.match(plain, match.end()):
            continue
        groups = [len(group) for group in re.findall(r"\d+", match.group())]
        number = digits.removeprefix("00")
        abroad = match.group()[0] == "+" or digits.startswith("00")
        if (
            (abroad and 9 <= len(number) <= 15)
            or (digits.startswith("355") and 11 <= len(digits) <= 12)
            or (re.match(r"06[6-9]", digits) and len(digits) == 10)
            or (re.match(r"0[2-8][2-9]", digits) and len(digits) == 9)
            or (re.match(r"6[6-9]", digits) and len(digits) == 9 and groups != [3, 3, 3])
            or (CALL_WORD.search(plain, max(0, match.start() - 24), match.start()) and 6 <= len(digits) <= 15)
            or (len(groups) > 1 and _is_in_a_plan(digits))  # in one piece it is a paper's as well
        ):
            yield Kind.PHONE, match.start(), match.end(), True


PERSONAL_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]\d{8}[A-Za-z]|[A-Z][ .\-]?\d(?:[ .\-]?\d){7}[ .\-]?[A-Z])(?![A-Za-z0-9])"
)


# The number of a taxpayer has the same shape; with its label it is a body's or a firm's, and public.
TAX_LABEL = re.compile(r"\b(?:nipt|nuis)(?:-?i)?[ :.]{1,3}$", re.IGNORECASE)
FOREIGN_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]{6}[ ]?\d{2}[A-Z]\d{2}[ ]?[A-Z]\d{3}[A-Z]|[XYZ][ \-]?\d{7}[ \-]?[A-Z]"
    r"|\d(?:[ .\-]?\d){10,14})(?![A-Za-z0-9])"
)
# Italy; Greece; Kosovo and all of former Yugoslavia; Turkey; Romania; Switzerland; France; Belgium; Germany; Spain.
FOREIGN = (codicefiscale, amka, emso, tckimlik, cnp, ssn, nir, nn, idnr, nie)


def personal_numbers(draft: Draft) -> Iterator[Hit]:
    """The personal number of Albania by its shape, those of countries people come back from by their check digits."""
    for match in PERSONAL_NUMBER.finditer(draft.plain):
        if not DATES.search(match.group()) and not TAX_LABEL.search(draft.before(match.start(), 12)):
            yield Kind.PERSONAL_NUMBER, match.start(), match.end(), True
    for match in FOREIGN_NUMBER.finditer(draft.plain):
        if not MONEY.match(draft.plain, match.end()) and any(one.is_valid(match.group()) for one in FOREIGN):
            yield Kind.PERSONAL_NUMBER, match.start(), match.end(), True


# As the registry gives it (DR-2026-0041-F), and as somebody may copy it down.
CASE_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?!nr\b|ne\b|te\b|me\b)[A-Z]{2}"
    r"(?: ?[-–/] ?20\d\d ?[-–/.] ?\d{1,6}| 20\d\d ?[-–/.] ?(?:(?!20\d\d)\d{4,6}|\d{1,6} ?[-–/.]? ?[FR](?![A-Za-z])))"
    r"(?!\d)",
    re.IGNORECASE,
)


def case_numbers(draft: Draft) -> Iterator[Hit]:
    """The table speaks of cards: whoever reads a case's number beside a card's alias knows whose card it is."""
    for match in CASE_NUMBER.finditer(draft.plain):
        yield Kind.CASE_NUMBER, match.start(), match.end(), True


AT_SIGN = re.compile(r" ?(?:@|\(at\)|\[at\]|\{at\}) ?", re.IGNORECASE)
BEFORE_AT = re.compile(r"[\w.%+\-]{1,64}$")
AFTER_AT = re.compile(r"[\w\-]{1,63}(?: ?(?:\.|\(dot\)|\[dot\]) ?[\w\-]{1,63}){1,5}", re.IGNORECASE)


def emails(draft: Draft) -> Iterator[Hit]:
    for match in AT_SIGN.finditer(draft.plain):
        before = BEFORE_AT.search(draft.plain[max(0, match.start() - 64) : match.start()])
        after = AFTER_AT.match(draft.plain, match.end(), match.end() + 255)
        if before and after:
            yield Kind.EMAIL, match.start() - len(before.group()), after.end(), True


MONTHS = "janar|shkurt|mars|prill|maj|qershor|korrik|gusht|shtator|tetor|nentor|dhjetor"
ANY_DATE = rf"\d{{1,2}}(?: ?[./\-] ?\d{{1,2}} ?[./\-] ?(?:\d{{4}}|\d{{2}})| (?:{MONTHS})[a-z]{{0,3}} \d{{4}})(?!\d)"
BIRTH = re.compile(
    r"\b(?:lindur|lindja|lindjes|datelind[a-z]{1,5}|ditelind[a-z]{1,5}|dtl|lind)\b"
    r"(?! (?:pas|para|nga|deri|prej|midis|ndermjet))[^\d!?;\n]{0,40}?\b(?P<date>" + ANY_DATE + ")",
    re.IGNORECASE,
)


def birth_dates(draft: Draft) -> Iterator[Hit]:
    """The day on which somebody was born; "the children born after" a day are many."""
    for match in BIRTH.finditer(draft.plain):
        yield Kind.BIRTH_DATE, match.start("date"), match.end("date"), True


PAPER_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,2} ?\d{6,8}|\d{9})(?![A-Za-z0-9])")
PAPER_WORD = re.compile(
    r"\b(?:pasaport|leternjoft|kart[a-z]{1,3} (?:e |te |se )?identitet|dokument[a-z]{0,4} (?:i |te )?udhetim|id\b)",
    re.IGNORECASE,
)
PLATE = re.compile(r"(?<![\w\-/])([A-Z]{2})([ \-]?)(\d{3})[ \-]?([A-Z]{2})(?![\w\-/])")
SMALL_PLATE = re.compile(r"(?<![\w\-/])[a-z]{2}\d{3}[a-z]{2}(?![\w\-/])")
PLATE_WORD = re.compile(
    r"\btarg[a-z]{1,4}[ :.]{1,3}(?:(?:nr|numri|me|te|e)[ .]{1,2}){0,2}[\"“]?"
    r"(?P<plate>(?=[A-Za-z \-]{0,4}\d)[A-Za-z0-9]{1,8}(?:[ \-][A-Za-z0-9]{1,4}){0,3})"
)
# Two capitals that stand in headings written all in capitals: "NË 100 TË".
SHORT_WORDS = word_set("te se ne me pa qe po ka ku si nr dt ai ky do na ju as de jo sa ke bj be eu un")
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){3,7}(?: ?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])")
BANK_ACCOUNT = re.compile(
    r"\bllogari[a-z]{0,4}(?: bankare)?[ :.]{1,3}(?:(?:nr|numer|numri)[ .:]{1,2})?(?P<number>\d[\d \-]{7,30}\d)",
    re.IGNORECASE,
)


def papers(draft: Draft) -> Iterator[Hit]:
    """Numbers of passports and identity cards, of cars, and of bank accounts."""
    plain = draft.plain
    for match in PAPER_NUMBER.finditer(plain):
        around = draft.before(match.start(), 60), draft.after(match.end(), 60)
        if any(PAPER_WORD.search(part) for part in around):
            yield Kind.DOCUMENT, match.start(), match.end(), True
    for match in PLATE.finditer(plain):
        words = {match[1].lower(), match[4].lower()}
        if not match[2] or not words & SHORT_WORDS:
            yield Kind.DOCUMENT, match.start(), match.end(), True
    for match in SMALL_PLATE.finditer(plain):
        yield Kind.DOCUMENT, match.start(), match.end(), True
    for match in PLATE_WORD.finditer(plain):
        if sum(character.isdigit() for character in match["plate"]) >= 3:
            yield Kind.DOCUMENT, match.start("plate"), match.end("plate"), True
    for match in IBAN.finditer(plain):
        if sum(character.isdigit() for character in match.group()) >= 10:
            yield Kind.ACCOUNT, match.start(), match.end(), True
    for match in BANK_ACCOUNT.finditer(plain):
        yield Kind.ACCOUNT, match.start("number"), match.end("number"), True


NETWORK = re.compile(
    r"\b(?:fb|facebook|instagram|insta|ig|tik ?tok|snap|snapchat|telegram|messenger)"
    r"(?:(?:it|un|ut|in|u|i|-u|-un|-it)\b)?"
    r"(?P<sign>\.com/|[ :./\-]{1,3})(?:(?:si|me|emrin|profili|profilin|llogaria|llogarine|adresa)[ :]{1,2}){0,2}"
    r"[\"“]?(?P<handle>@?[\w.]{3,40})",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w.@+\-)])@[A-Za-z][\w.]{1,40}")
INSIDE = re.compile(r"[^\W_][\d_]|[\d_][^\W_]|\w\.\w")
# Pages of public bodies bear their names.
PUBLIC_PAGES = (
    "prefekt", "bashki", "polic", "ministri", "qendr", "drejtori", "krat", "komitet", "njmf", "zva", "shkoll",
    "institucion", "unicef", "worldvision", "faqe", "faqj", "shqiptar", "albania", "organizat",
    "fushat", "profil", "llogari",
)  # fmt: skip


def social_handles(draft: Draft) -> Iterator[Hit]:
    """Somebody's name on a social network."""
    for match in HANDLE.finditer(draft.plain):
        if not match.group()[1:].lower().startswith(PUBLIC_PAGES):
            yield Kind.ACCOUNT, match.start(), match.end(), True
    for match in NETWORK.finditer(draft.plain):
        handle = match["handle"].rstrip(".")
        word = handle.lower().lstrip("@")
        if word.startswith(PUBLIC_PAGES) or word.isdigit() or word in common_words():
            continue
        sure = handle.startswith("@") or INSIDE.search(handle) or match["sign"] == ".com/" or ":" in match["sign"]
        begun = any(word[:cut] in first_names() for cut in range(4, min(len(word) - 2, 12)))
        if sure or (begun and word not in first_names() and word not in surnames()):
            yield Kind.ACCOUNT, match.start("handle"), match.start("handle") + len(handle), True


DIGIT_WORD = r"(?:zero|nje|nji|dy|tre|tri|kater|pese|gjashte|shtate|tete|nente)"
SPELLED = re.compile(
    rf"(?<!\w)(?:{DIGIT_WORD}|\+?\d{{1,4}})(?:[ ,.\-/]{{1,3}}(?:e )?(?:{DIGIT_WORD}|\d{{1,4}})){{2,19}}(?!\w)",
    re.IGNORECASE,
)


def spelled_phones(draft: Draft) -> Iterator[Hit]:
    """A telephone number said in words, or half in words: six in a row are no count of anything."""
    for match in SPELLED.finditer(draft.plain):
        said = len(re.findall(r"[a-z]{2,}", match.group(), re.IGNORECASE))
        digits = sum(character.isdigit() for character in match.group())
        if said >= 6 or (said >= 2 and said + digits >= 7):
            yield Kind.PHONE, match.start(), match.end(), True


RULES = (phones, personal_numbers, case_numbers, emails, birth_dates, papers, social_handles, spelled_phones)
