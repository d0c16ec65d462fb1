"""The two founding texts as filed minutes (decision 16), in our own words.

Persons are named by their office only. Present is who the text says was there. What was asked carries no day.
"""

import datetime
from dataclasses import dataclass

from krat.demo.accounts import CENTRE

NOT_TOLD = "Nuk tregohet në tekst"


@dataclass(frozen=True)
class Charge:
    """A decision: the number of its item, its words, who is charged with a task of its own, who supports."""

    item: int
    text: str
    leads: tuple[str, ...]
    supporting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Founding:
    """One founding text."""

    county: str
    held_on: datetime.date
    present: tuple[str, ...]
    items: tuple[tuple[str, str], ...]  # what stands on the agenda, what was said
    charges: tuple[Charge, ...]


DURRES = Founding(
    county="AL-02",
    held_on=datetime.date(2020, 10, 27),
    present=("AL-02-PREF", "AL-02-BASHKIA-DURRES", "AL-02-OJF-WV", "AL-02-OJF"),
    items=(
        (
            "Fillimi i shërbimit të Qendrës për Shërbime Mbrojtëse, Fuqizuese dhe Emergjente për Fëmijën dhe Familjen",
            "Takimi u zhvillua nën drejtimin e Prefektit të Qarkut, kryetar i Komitetit Rajonal Antitrafik, me anëtarët"
            " e komitetit. Në qendër të tij ishte fillimi i shërbimit të qendrës, e cila ngrihet nga partneriteti mes"
            " World Vision Albania, Bashkisë Durrës dhe Ministrisë së Shëndetësisë dhe Mbrojtjes Sociale. Qendra e"
            " zgjeron në qytetin e Durrësit gamën e shërbimeve komunitare shumëdisiplinore dhe sjell një shërbim që ka"
            " munguar: shërbimin emergjent për mbrojtjen e fëmijëve dhe familjeve në nevojë.",
        ),
        (
            "Puna e Komitetit Rajonal Antitrafik, detyrat dhe sfidat për të ardhmen",
            "Prefekti falënderoi të pranishmit dhe i përgëzoi për punën dhe angazhimin e tyre në luftën kundër"
            " trafikimit të qenieve njerëzore. Ai nënvizoi se KRAT Durrës dallohet për veprimtarinë e tij në të gjithë"
            " vendin, falë punës së përbashkët dhe bashkëpunimit në koordinimin e veprimeve sipas planit të veprimit."
            " Prefekti bëri një përmbledhje të punës së komitetit: detyrat, përpjekjet e strukturave anëtare,"
            " aktivitetet kryesore të periudhës dhe sfidat për të ardhmen.",
        ),
        (
            "Shërbimet, funksionimi dhe misioni i qendrës",
            "Përfaqësuesja e World Vision Albania, drejtoresha e shërbimit social në Bashkinë Durrës dhe drejtuesja e"
            " qendrës përshkruan hollësisht shërbimet, funksionimin dhe misionin e saj. Qendra do të punojë sipas"
            " standardeve të shërbimeve komunitare shumëdisiplinore, do ta përfshijë komunitetin dhe do t’i ofrojë"
            " shërbimet përmes koordinimit ndërsektorial, në interesin më të lartë të fëmijës dhe të familjes. Ajo"
            " synon të ofrojë mbështetje të vazhdueshme psiko-sociale, shërbime parësore, alternativa të reja për"
            " integrim dhe mundësi për zhvillim e përfshirje shoqërore.\n\nNisma u mirëprit nga të gjithë të"
            " pranishmit, sepse prej vitesh është kërkuar një qendër e tillë për fëmijët në nevojë dhe për viktimat e"
            " mundshme të trafikimit. Të pranishmit shprehën angazhimin e tyre të plotë për të punuar në partneritet,"
            " që puna në këtë qendër të ecë mbarë.",
        ),
        (
            "Diskutime për përmirësimin e punës së përbashkët",
            "Prefekti u kërkoi të gjithë bashkëpunëtorëve ta rrisin bashkëpunimin me strukturat shtetërore dhe me"
            " organizatat jofitimprurëse, që qendra ta kryejë sa më mirë misionin e saj. Takimi vijoi me diskutime të"
            " ndryshme për përmirësimin e punës së përbashkët.",
        ),
    ),
    charges=(
        Charge(
            4,
            f"Të mbështetet {CENTRE}, që ta kryejë sa më mirë misionin e saj. Të gjithë anëtarët e komitetit e rrisin"
            " për këtë bashkëpunimin me strukturat shtetërore dhe me organizatat jofitimprurëse.",
            # The Prefect asked it of all members; coordinating them is the prefecture's work.
            leads=("AL-02-PREF",),
            supporting=(
                "AL-02-BASHKIA-DURRES",
                "AL-02-NJMF-DURRES",
                "AL-02-NJMF-KRUJE",
                "AL-02-NJMF-SHIJAK",
                "AL-02-POL",
                "AL-02-KUFI",
                "AL-02-SHSSH",
                "AL-02-ZVA",
                "AL-02-NJVKSH",
                "AL-02-OJF-WV",
            ),
        ),
    ),
)

UNITS_OF_GJIROKASTER = (
    "AL-05-NJMF-DROPULL",
    "AL-05-NJMF-GJIROKASTER",
    "AL-05-NJMF-KELCYRE",
    "AL-05-NJMF-LIBOHOVE",
    "AL-05-NJMF-MEMALIAJ",
    "AL-05-NJMF-PERMET",
    "AL-05-NJMF-TEPELENE",
)
_ALL_UNITS = " Ngarkohen njësitë për mbrojtjen e fëmijës në të gjitha bashkitë e qarkut."

GJIROKASTER = Founding(
    county="AL-05",
    held_on=datetime.date(2022, 4, 26),
    present=("AL-05-PREF",),
    items=(
        (
            "Puna e përbashkët në parandalimin e trafikimit të qenieve njerëzore",
            "Prefekti i Qarkut e vuri theksin te puna e përbashkët e të gjitha strukturave ligjzbatuese, e shoqërisë"
            " civile dhe e komunitetit në parandalimin e këtij fenomeni.",
        ),
        (
            "Mbrojtja e fëmijëve dhe puna në shkolla",
            "Mbrojtja e fëmijëve dhe e vajzave në nevojë mbetet në qendër të punës së institucioneve ligjzbatuese, të"
            " njësive për mbrojtjen e fëmijës në çdo bashki, të organizatave jofitimprurëse dhe të shoqërisë civile."
            " Rëndësi e veçantë i kushtohet sistemimit dhe mbrojtjes së fëmijëve nëpër shkolla. Prioriteti kryesor"
            " është puna e psikologëve dhe bashkëpunimi i tyre me strukturat e arsimit, me familjen dhe me"
            " komunitetin.",
        ),
        (
            "Puna e njësive për mbrojtjen e fëmijës në bashkitë e qarkut",
            "Prefekti kërkoi një qasje të re dhe përmirësimin e punës së njësive për mbrojtjen e fëmijës, që duhet të"
            " jenë bërthama ku problemet identifikohen dhe zgjidhen. Njësitë duhet të kryejnë një punë të detajuar për"
            " regjistrimin e fëmijëve në shkolla, për përfshirjen e familjeve në nevojë në skemën e ndihmës ekonomike"
            " dhe për këshillime e shërbime të tjera sipas nevojës.",
        ),
        (
            "Koordinimi i rasteve sipas planit të veprimit",
            "Prefekti u kërkoi të gjithë anëtarëve të komitetit një koordinim më efikas, të përditësuar dhe me zgjidhje"
            " konkrete të rasteve, sipas planit të veprimit, në bashkërendim me Tryezën Teknike, policinë vendore,"
            " policinë kufitare dhe të migracionit, zyrat vendore arsimore, institucionet e pushtetit vendor dhe"
            " organizatat jofitimprurëse.",
        ),
        (
            "Bashkëpunimi ndërinstitucional dhe fushatat ndërgjegjësuese",
            "Prefekti do të vijojë ta nxisë bashkëpunimin mes institucioneve dhe qytetarëve, të mbështesë nisma"
            " qytetare e komunitare dhe të ndikojë, me strukturat e qarkut, në fushata ndërgjegjësuese, masa dhe"
            " veprimtari konkrete në parandalimin dhe luftën kundër këtij fenomeni.",
        ),
    ),
    charges=(
        Charge(
            3,
            "Të kryhet një punë e detajuar për regjistrimin e fëmijëve në shkolla." + _ALL_UNITS,
            leads=UNITS_OF_GJIROKASTER,
        ),
        Charge(
            3,
            "Të përfshihen familjet në nevojë në skemën e ndihmës ekonomike." + _ALL_UNITS,
            leads=UNITS_OF_GJIROKASTER,
        ),
        Charge(
            3,
            "Të ofrohen këshillime dhe shërbime të tjera sipas nevojës." + _ALL_UNITS,
            leads=UNITS_OF_GJIROKASTER,
        ),
        Charge(
            4,
            "Rastet të koordinohen në mënyrë më efikase, të përditësuar dhe me zgjidhje konkrete, sipas planit të"
            " veprimit. Të gjithë anëtarët e komitetit bashkërendojnë punën me Tryezën Teknike, policinë vendore,"
            " policinë kufitare dhe të migracionit, zyrat vendore arsimore, institucionet e pushtetit vendor dhe"
            " organizatat jofitimprurëse.",
            leads=("AL-05-PREF",),
            supporting=(
                "AL-05-BASHKIA-GJIROKASTER",
                *UNITS_OF_GJIROKASTER,
                "AL-05-POL",
                "AL-05-KUFI",
                "AL-05-SHSSH",
                "AL-05-ZVA",
                "AL-05-NJVKSH",
                "AL-05-OJF",
            ),
        ),
    ),
)
