"""What the guard is measured on: invented names in sentences, in full, short, labelled, each with where it stands."""

import random
import re
from pathlib import Path

HERE = Path(__file__).parent


def words(text):
    return text.split()


PLACES = [
    "Berat", "Kuçovë", "Poliçan", "Skrapar", "Ura Vajgurore", "Durrës", "Krujë", "Shijak", "Belsh",
    "Cërrik", "Elbasan", "Gramsh", "Librazhd", "Peqin", "Prrenjas", "Divjakë", "Fier", "Lushnjë",
    "Mallakastër", "Patos", "Roskovec", "Dropull", "Gjirokastër", "Këlcyrë", "Libohovë", "Memaliaj",
    "Përmet", "Tepelenë", "Devoll", "Kolonjë", "Korçë", "Maliq", "Pogradec", "Pustec", "Has", "Kukës",
    "Tropojë", "Kurbin", "Lezhë", "Mirditë", "Bulqizë", "Dibër", "Klos", "Mat", "Fushë-Arrëz",
    "Malësi e Madhe", "Pukë", "Shkodër", "Vau i Dejës", "Kamëz", "Kavajë", "Rrogozhinë", "Tiranë",
    "Vorë", "Delvinë", "Finiq", "Himarë", "Konispol", "Sarandë", "Selenicë", "Vlorë",
]  # fmt: skip

# Invented persons. The rare ones stand in none of the guard's lists: only their shape can give them away.
COMMON_FIRST = words(
    """
    Arben Elona Gjon Artan Besa Shpresa Vjollca Ilir Drita Endrit Klea Fatmir Mimoza Altin Vera Luan
    Xhensila Petrit
    """
)
COMMON_LAST = words(
    """
    Hoxha Çela Kola Prendi Shehu Gjata Dibra Marku Shkodra Kodra Bardhi Xhaferraj Prifti Guri Elbasani
    Leka Mali Duka
    """
)
RARE_FIRST = words(
    """
    Orhidea Zhulieta Brikena Ludjana Skerdilajd Xhorda Uendi Kledis Ronela Ajsela Trim Ishmet Gurie
    Hateme Zyhra Nurçe Fjoralb Amarilda Bajame Sejfulla Rrushe Ersela Okshan Vasjan Ylberina Tringa
    Çlirim Kejtlin Hava Pertef
    """
)
RARE_LAST = words(
    """
    Xhangoli Mërtiri Gjokutaj Bodinaku Zhvirbla Pupuleku Qendroja Kaskaviqi Toptani Vreto Llagami
    Nurellari Shkodrani Çobaj Mufali Rakipllari Zeqollari Dhoksi Harizi Gjylbegu Kukeli Përlala Trebicka
    Ngjeqari Shparthi Lohja Mëhilli Rroshi Fejzullari Kumbaro
    """
)
# Written after the guard was first measured, to see whether it had only learnt the names above.
LATER_FIRST = words(
    """
    Ergisa Suldardo Bletëza Hygerta Fjordi Enisejda Rexhina Bislim Xhevrie Dylbere Emersonida Arjel
    Nikoll Pashuke Tilda Loredan Yzedin Sazan Valjeta Krisilda Aldiona Hazis Nazife Ferzilet Gjystina
    Lazër Zyhrie Anjeza Besjan Ulpian
    """
)
LATER_LAST = words(
    """
    Kertusha Ballvora Dragjoshi Shtjefni Mësuti Kalthi Bushgjoka Ndërmarku Hyseinaj Zagorçani Plloçi
    Mitrushi Kodhimi Rrumbullaku Gjegji Lumani Xhaxhiu Theodhori Vishnja Çifligu Nallbani Qesku Tartari
    Buzuku Mukli Zhegu Përkola Luarasi Sterjo Bakalli
    """
)

# {} stands where the name comes; its case follows.
CARRIERS = {
    "nominative": [
        "{} nuk shkon në shkollë prej dy muajsh.",
        "Sipas NJMF Durrës, {} jeton me gjyshen.",
        "U diskutua rasti ku {} kërkoi ndihmë ekonomike.",
        "Në takim u përmend se nxënësja {} ka munguar.",
    ],
    "genitive": [
        "Rasti i {} u referua te Policia Vendore.",
        "U raportua gjendja e vajzës së {} në Bashkinë Krujë.",
        "ZVA do të ndjekë regjistrimin e djalit të {} deri më 15.03.2026.",
    ],
    "accusative": [
        "Policia e Shtetit e intervistoi {} në Morinë.",
        "Ngarkohet NJMF Shijak të vizitojë {} brenda javës.",
        "Shërbimi Social Shtetëror e vendosi {} në qendër.",
    ],
    "ablative": ["Kërkesa erdhi prej {} më 3 Tetor.", "U mor deklaratë prej {} pranë Prokurorisë."],
}


def last_ending(name, case):
    """A name in a case, as people write it: Hoxha, Hoxhës, Hoxhën, Hoxhe."""
    stem = name[:-1]
    if case == "nominative":
        return name
    if name.endswith("aj"):
        return name + {"genitive": "t", "accusative": "n", "ablative": "t"}[case]
    if name.endswith("a"):
        return stem + {"genitive": "ës", "accusative": "ën", "ablative": "e"}[case]
    if name.endswith("u"):
        return name + {"genitive": "t", "accusative": "n", "ablative": "t"}[case]
    if name.endswith("i"):
        return name + {"genitive": "t", "accusative": "n", "ablative": "t"}[case]
    return name + {"genitive": "s", "accusative": "n", "ablative": "je"}[case]


def first_ending(name, case):
    """A first name in a case; one that ends in a consonant takes a vowel first: Arben, Arbenit."""
    if name[-1] in "aeiouyë":
        return last_ending(name, case)
    return name + {"nominative": "", "genitive": "it", "accusative": "in", "ablative": "i"}[case]


def carried(firsts, lasts, seed, count):
    """Invented sentences, each with where in it the full name stands."""
    chance = random.Random(seed)
    for _ in range(count):
        case = chance.choice(list(CARRIERS))
        first, bare = chance.choice(firsts), chance.choice(lasts)
        last = last_ending(bare, case)
        style = chance.randrange(8)
        if style == 0:
            last = last.upper()
        elif style == 1:
            first, last = first.upper(), last.upper()
        elif style == 2 and case != "nominative":
            last = f"{bare}-{'n' if case == 'accusative' else 's'}"
        elif style == 3:
            first, last = last, first
        elif style == 4 and case != "nominative":
            first, last = last_ending(first, case), bare
        name = f"{first} {last}"
        sentence = chance.choice(CARRIERS[case])
        yield sentence.format(name), sentence.index("{}"), name


# ---------------------------------------------------------------- short and labelled names

# The brackets stand around what must be found. {v} is a known first name, {x} one that stands in no list, {l} and {k}
# known and rare surnames; {V}, {X}, {L} the same in the genitive, {a} the accusative; {p} is a first name and nothing
# else; {i} and {j} are initials.
SHORT = {
    "initial of the surname": [
        "[{v} {i}.], {n} vjeç, nuk vjen në shkollë.",
        "[{v} {i}.] nuk vjen.",
        "Sot u vizitua [{v} {i}] nga psikologia.",
        "U raportua për [{a} {i}.] nga Bashkia Krujë.",
        "Gjendja e [{V} {i}.] u vlerësua.",
        "[{vu} {i}.] mungon prej një jave.",
        "Nuk u gjet [{x} {i}.], {n} vjeç.",
        "Vajza [{x} {i}.] mungon.",
        "Familja e [{V} {i}.] refuzoi ndihmën.",
    ],
    "initial of the first name": [
        "[{i}. {l}] nuk u paraqit.",
        "U takua [{i}. {k}], prindi.",
        "Vajza [{i}. {K}] mungon.",
        "[{i}. {v}], {n} vjeç, mungon.",
        "Dosja e [{i}.{L}] u mbyll.",
    ],
    "two initials": [
        "[{i}. {j}.] nuk vjen.",
        "[{i}.{j}.], {n} vjeç, jeton me gjyshen.",
        "Nxënësja [{i}.{j}.] ka munguar.",
        "nxënësja [{i}. {j}] ka munguar",
        "Fëmija [{i}{j}], {n} vjeç, u referua.",
        "U diskutua për [{i}.{j}] ({n} vjeç).",
        "E mitura [{si}.{sj}.] kërkon transport.",
        "Rasti [{i}. {j}.] mbetet në pritje.",
        "Inicialet [{i}.{j}.] u shënuan në dosje.",
        "Adoleshenti [{i}. {j}.] u kthye nga Kosova.",
        "[{i}.{j}.] ({y}) nuk është regjistruar.",
        "{n}-vjeçarja [{i}.{j}.] jeton në Spitallë.",
    ],
    "one initial": [
        "Nxënësja [{i}.] nuk vjen në shkollë.",
        "[{i}. e vogla] nuk vjen.",
        "[{i}. i vogli] mbeti pa libra.",
        "E mitura [{i}.], {n} vjeç, u vendos në strehëz.",
        "Djali [{i}., {n} vjeç], punon në treg.",
        "[{i}., {n} vjeç], u kthye te prindërit.",
        "Motra e vogël [{i}.] jeton me gjyshen.",
        "{n}-vjeçarja [{i}.] mbeti jashtë.",
    ],
    "with an age": [
        "[{v}, {n} vjeç], mungon.",
        "[{x}, {n} vjeç], mungon.",
        "[{x} ({n} vjeç)] punon në treg.",
        "{n}-vjeçarja [{x}] kërkon libra.",
        "{n} vjeçari [{x}] u gjet në port.",
        "U fol për [{a}, {n} vjeçe].",
        "[{k}, {n} vjeç], u vizitua.",
        "[{v}, e lindur më {y}], nuk ka certifikatë.",
        "[{p} ({y})] mbeti jashtë shkolle.",
        "[{p} {y}] mbeti jashtë shkolle.",
        "[{v}, dtl. {y}], mungon.",
    ],
    "labelled": [
        "Emri: [{v}]. Mbiemri: [{l}].",
        "Emri: {v}. Mbiemri: [{l}].",
        "Emri: [{x}]. Mbiemri: {k}.",
        "Emri: {x}. Mbiemri: [{k}].",
        "Emri i së mitures është [{v}].",
        "Emri i së mitures është [{x}].",
        "emri i fëmijës: [{v}]",
        "Emri dhe mbiemri: [{v} {l}]",
        "Emri i saj është [{x}].",
        "Mbiemri i familjes është [{l}].",
        "Mbiemri [{k}] u shënua gabim.",
        "emër [{v}], mbiemër [{l}]",
        "EMRI: [{vu}]",
        "Emri [{i}.], mbiemri [{j}.]",
        "Vajza quhet [{x}].",
        "Ajo quhet [{v}] dhe jeton me gjyshen.",
        "Një vajzë me emrin [{x}] kërkoi ndihmë.",
        "Vajza e quajtur [{v}] kërkoi ndihmë.",
    ],
    "father and mother": [
        "Emri i babait: [{v}].",
        "Emri i nënës është [{x}].",
        "Atësia: [{v}]",
        "Atësia [{x}], amësia [{v}].",
        "Babai [{x}] punon në Greqi.",
        "Nëna [{v}] nuk ka punë.",
        "I biri i [{V}] mungon.",
        "E bija e [{X}] mungon.",
        "Nëna e [{V}] kërkoi ndihmë.",
        "Gjyshja [{x}] kujdeset për të.",
        "Prindi [{k}] nuk u përgjigj.",
        "Kujdestarja [{x}] e solli në qendër.",
        "Motra e [{V}] u pyet nga policia.",
    ],
    "capitals": [
        "RASTI I [{vu} {lu}]",
        "U vizitua [{vu} {lu}] në banesë.",
        "[{lu} {vu}] nuk u gjet.",
        "NXËNËSJA [{xu} {ku}] MUNGON",
        "FËMIJA [{xu}], {n} VJEÇ, U REFERUA",
        "FAMILJA [{lu}] KËRKOI NDIHMË",
        "VAJZA [{i}.{j}.] MUNGON",
    ],
    "joined by signs": [
        "[{v}-{x} {l}] mungon.",
        "[{v} {l}-{k}] mungon.",
        "[{x} {k}-{l}] mungon.",
        "[{v}_{l}_{y}] është emri i skedarit.",
        "Skedari [{v}{l}{y}] u dërgua.",
        "U takua [{v} D'{k}] në zyrë.",
        "U takua [{x} N’{k}] në zyrë.",
        "U takua [{v} Dʼ{l}] në zyrë.",
        "[{v}/{l}] mungon.",
        "[{v} ({l})] mungon.",
        "[{v} {l}, {y}], mungon.",
        "[{v}, {l}], mungon.",
    ],
    "small letters": [
        "[{vs} {is}.], {n} vjeç, mungon",
        "vajza [{vs}] mungon",
        "{n}-vjeçarja [{vs}] mungon",
        "emri: [{vs}], mbiemri: {ls}",
        "nxënësi [{is}.{js}.] mungon",
    ],
    "family and surname": [
        "Rasti [{l}] u shty.",
        "Çështja e [{L}] u shty.",
        "Familja [{k}] kërkoi ndihmë.",
        "Vëllezërit [{k}] punojnë në treg.",
        "Shtëpia e [{L}] është djegur.",
        "Fëmijët e [{L}] nuk shkojnë në shkollë.",
    ],
}  # fmt: skip
# Written before the rules that find them; looked at once, when the rules stood.
SHORT_LATER = {
    "initial of the surname": [
        "Sipas mësueses, [{v} {i}.] ka 40 mungesa.",
        "Transporti i [{V} {i}.] nuk është siguruar.",
        "[{v} {i}.] dhe e ëma kërkuan ndihmë.",
        "Plani për [{x} {i}.], {n} vjeç, u miratua.",
        "Pas vizitës te [{v} {i}.], NJMF propozon strehim.",
    ],
    "initial of the first name": [
        "Kërkesën e paraqiti [{i}. {l}].",
        "Xhaxhai, [{i}. {k}], u pyet.",
        "Te banesa e [{i}. {L}] nuk u hap dera.",
    ],
    "two initials": [
        "Për [{i}.{j}.] u kërkua certifikata.",
        "Viktima e mundshme [{i}. {j}.] u strehua.",
        "Djali [{i}.{j}.], klasa e gjashtë, mungon.",
        "Të miturit [{i}.{j}.] iu dha ndihmë.",
        "[{i}. {j}.], i lindur më {y}, u kthye.",
        "Përfituesja [{i}.{j}.] kërkon punë.",
    ],
    "one initial": [
        "Fëmija [{i}.] u dërgua në qendër.",
        "Rasti i vajzës [{i}.] mbetet i hapur.",
        "[{i}. e mitura] nuk flet.",
        "[{i}. ({n} vjeç)] jeton me të ëmën.",
    ],
    "with an age": [
        "[{x}, vetëm {n} vjeç], lyp në port.",
        "Vëllai i saj, [{x}], {n} vjeç, mungon.",
        "[{v}, {n} vjeçare], nuk është në shkollë.",
        "[{x}, {n}-vjeçare], kërkon mbrojtje.",
        "Dy motra, [{v}] ({n}) dhe Klea, mungojnë.",
    ],
    "labelled": [
        "Emri i viktimës: [{x}].",
        "Emri i nxënëses ishte [{v}].",
        "Mbiemri: [{k}]; emri: {x}.",
        "Personi me emër [{v}] dhe mbiemër {l} u pyet.",
        "Djali quhej [{x}].",
        "Emri i vërtetë i saj është [{v}].",
        "Mbiemri i tij: [{l}].",
    ],
    "father and mother": [
        "Babai quhet [{x}].",
        "Emri i gjyshes: [{v}].",
        "Djali i [{V}] punon në treg.",
        "E ëma, [{x}], nuk ka të ardhura.",
        "Halla [{x}] e mban në shtëpi.",
        "Atësia e tij është [{v}].",
    ],
    "capitals": [
        "GJENDJA E [{vu} {lu}] U VLERËSUA",
        "E MITURA [{xu} {ku}]",
        "[{vu} {lu}], {n} VJEÇ",
    ],
    "joined by signs": [
        "[{x}-{v} {k}] kërkoi ndihmë.",
        "U dëgjua [{v} {k}–{l}].",
        "U dëgjua [{v} O'{k}].",
        "[{l}_{v}] është në listë.",
        "Dokumenti [{v}{l}] u hap.",
    ],
    "small letters": [
        "nxënësja [{vs}] nuk vjen",
        "emri i vajzës është [{vs}]",
        "[{vs}, {n} vjeç], mungon",
    ],
    "family and surname": [
        "Dosja [{l}] u mbyll.",
        "Vajzat e [{L}] mungojnë.",
        "Prindërit [{k}] janë ndarë.",
    ],
}  # fmt: skip

# Written after the rules, to see whether they had only learnt the sentences above; counted, not worked on.
SHORT_UNSEEN = {
    "initial of the surname": [
        "Drejtoria e shkollës njoftoi mungesat e [{V} {i}.] gjatë prillit.",
        "Në seancë u dëgjua edhe [{v} {i}.], nën praninë e psikologut.",
        "Shërbimi Social e mori në përgjegjësi [{a} {i}.] më 3 maj.",
        "[{x} {i}.], {n} vjeç, ka braktisur klasën e tetë.",
    ],
    "initial of the first name": [
        "Policia e Krujës foli me [{i}. {l}] për transportin.",
        "Sipas [{i}. {k}], dera ishte e mbyllur.",
    ],
    "two initials": [
        "NJMF Shijak kërkon transport për [{i}. {j}.] deri në fund të vitit.",
        "Familja e nxënësit [{i}.{j}.] mori ndihmë ekonomike.",
        "Fëmijës [{i}.{j}.] iu caktua kujdestar.",
        "Seanca për të miturën [{i}. {j}.] u shty.",
        "U raportua se [{i}.{j}.], {n} vjeç, është kthyer nga Greqia.",
        "Shtetasja [{i}.{j}.] dhe fëmija i saj u strehuan.",
    ],
    "one initial": [
        "Nënën e vajzës [{i}.] e takoi psikologia.",
        "Vëllai i vogël [{i}.] nuk është regjistruar.",
        "[{i}., {n} vjeçare], ka nevojë për libra.",
    ],
    "with an age": [
        "Gjendet në rrugë [{v}, {n} vjeç], bashkë me të ëmën.",
        "U identifikua [{x}] {n} vjeç në port.",
        "{n}-vjeçari [{v}] nuk ka letra.",
        "[{v} (i lindur më {y})] pret certifikatën.",
    ],
    "labelled": [
        "Emri i plotë i fëmijës: [{v} {k}].",
        "Në listë: emri [{v}], mbiemri [{l}], klasa e pestë.",
        "Emri i nxënësit është [{x}], klasa VI.",
        "Mbiemri i vajzës: [{k}].",
        "E mitura, e cila quhet [{x}], pret ndihmë.",
    ],
    "father and mother": [
        "Babai i fëmijës, [{v}], është në emigrim.",
        "Me vajzën jeton gjyshi [{x}].",
        "Emri i atit: [{v}].",
        "Kërkesën e bëri nëna [{x}].",
        "Vajza e [{V}] nuk ka certifikatë.",
    ],
    "capitals": [
        "KËRKESA E [{vu} {lu}] PËR STREHIM",
        "NXËNËSI [{xu} {ku}], KLASA VI",
    ],
    "joined by signs": [
        "Kërkesa u nënshkrua nga [{x} {l}-{k}].",
        "Shih skedarin [{v}_{l}].",
    ],
    "family and surname": [
        "Rasti i familjes [{l}] mbetet i hapur.",
        "Banesa e familjes [{k}] nuk ka ujë.",
        "Te [Hoxhajt] nuk hapi njeri derën.",
    ],
}  # fmt: skip

PLAIN = words("Arben Elona Gjon Artan Ilir Endrit Klea Fatmir Altin Luan Xhensila Petrit Migena Ardit Entela Saimir")
PLAIN_LAST = words("Hoxha Çela Kola Prendi Shehu Gjata Marku Xhaferraj Cenaj Halili Ndreca Rexhepi Zeneli Vuksani")
# Known names that are rivers, feasts, places or words too.
DOUBLE = words("Vjosa Drin Shkumbin Besa Drita Shpresa Vera Mimoza Vjollca Lule Bardha Valbona Kastriot Jon Fitim")
LETTERS = words("A B C D E G H J K L N P Q R S T V Z Ç Đ Sh Gj Xh Ll")
SLOT = re.compile(r"\{(\w+)\}")


def short(templates, seed, each):
    """Invented sentences of every kind: the kind, the sentence, and where in it stands what must be found."""
    chance = random.Random(seed)
    for kind, lines in templates.items():
        for line in lines:
            for turn in range(each):
                yield kind, *_filled(line, chance, DOUBLE if turn % 3 == 2 else PLAIN)


def _filled(line, chance, firsts):
    v, x = chance.choice(firsts), chance.choice(RARE_FIRST[:11] + RARE_FIRST[13:26] + LATER_FIRST[:7])
    l, k = chance.choice(PLAIN_LAST), chance.choice(RARE_LAST + LATER_LAST)  # noqa: E741
    i, j = chance.choice(LETTERS), chance.choice(LETTERS)
    values = {
        "v": v, "p": chance.choice(PLAIN), "x": x, "l": l, "k": k, "i": i, "j": j,
        "V": first_ending(v, "genitive"), "X": first_ending(x, "genitive"),
        "L": last_ending(l, "genitive"), "K": k, "a": first_ending(v, "accusative"),
        "vu": v.upper(), "xu": x.upper(), "lu": l.upper(), "ku": k.upper(),
        "vs": v.lower(), "ls": l.lower(), "is": i.lower(), "js": j.lower(), "si": i, "sj": j,
        "n": chance.randrange(6, 18), "y": chance.randrange(2009, 2021),
    }  # fmt: skip
    text, spans = "", []
    for piece in re.split(r"([\[\]])", SLOT.sub(lambda match: str(values[match[1]]), line)):
        if piece == "[":
            begin = len(text)
        elif piece == "]":
            spans.append((begin, len(text)))
        else:
            text += piece
    return text, spans


def sentences(part):
    """The lines of a part of ``sentences.txt``."""
    current, found = "", []
    for line in (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = line.strip("[]")
        elif line and not line.startswith("#") and current == part:
            found.append(line)
    return found
