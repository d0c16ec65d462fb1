"""The rows a fresh registry starts with: places, lists, deadlines, holidays.

They are put in after every migration, and only where they are missing: what people edited or retired stays as it is.
The source is docs/domain.md; a deadline counts as verified only where it names a source that could be opened.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from krat.reference.albanian import fold, sort_key
from krat.reference.models import County, Deadline, Holiday, Municipality, Term, Threshold

_DATA = Path(__file__).parent / "data"

# Code, name, prefix of case numbers, seat of the prefecture.
COUNTIES = [
    ("AL-01", "Berat", "BR", "Berat"),
    ("AL-02", "Durrës", "DR", "Durrës"),
    ("AL-03", "Elbasan", "EL", "Elbasan"),
    ("AL-04", "Fier", "FR", "Fier"),
    ("AL-05", "Gjirokastër", "GJ", "Gjirokastër"),
    ("AL-06", "Korçë", "KO", "Korçë"),
    ("AL-07", "Kukës", "KU", "Kukës"),
    ("AL-08", "Lezhë", "LE", "Lezhë"),
    ("AL-09", "Dibër", "DI", "Peshkopi"),
    ("AL-10", "Shkodër", "SH", "Shkodër"),
    ("AL-11", "Tiranë", "TR", "Tiranë"),
    ("AL-12", "Vlorë", "VL", "Vlorë"),
]

# Per list: code, Albanian name, English name, in the order in which they are offered.
TERMS: dict[str, list[tuple[str, str, str]]] = {
    Term.List.MEETING: [
        ("ordinary", "Mbledhje e radhës", "Ordinary meeting"),
        ("extraordinary", "Mbledhje e jashtëzakonshme", "Extraordinary meeting"),
        ("table", "Mbledhje e Tryezës Teknike", "Meeting of the technical table"),
        ("joint", "Mbledhje e përbashkët KRAT–TT", "Joint meeting of committee and table"),
        ("analysis_3m", "Analizë 3-mujore", "Quarterly analysis"),
        ("analysis_6m", "Analizë 6-mujore", "Six-month analysis"),
        ("analysis_9m", "Analizë 9-mujore", "Nine-month analysis"),
        ("analysis_year", "Analizë vjetore", "Yearly analysis"),
        ("informative", "Takim informues", "Informative meeting"),
    ],
    Term.List.PILLAR: [
        ("prevention", "Parandalimi", "Prevention"),
        ("protection", "Mbrojtja", "Protection"),
        ("prosecution", "Ndjekja penale", "Prosecution"),
        ("coordination", "Koordinimi", "Coordination"),
    ],
    Term.List.RESOURCE: [
        ("budget", "Buxheti i institucionit", "Budget of the institution"),
        ("donor", "Donator", "Donor"),
        ("budget_donor", "Buxheti i institucionit dhe donator", "Budget of the institution and donor"),
        ("no_cost", "Pa kosto", "No cost"),
    ],
    Term.List.ACTIVITY: [
        ("school", "Takim në shkollë", "Session in a school"),
        ("stand", "Stendë në shesh", "Stand in a square"),
        ("contest", "Konkurs pikture ose eseje", "Painting or essay contest"),
        ("broadcast", "Emision lokal", "Local broadcast"),
        ("family_doctors", "Takim me mjekët e familjes", "Meeting with family doctors"),
        ("community", "Takim në qendrën komunitare", "Meeting in the community centre"),
        ("leaflets", "Shpërndarje materialesh informuese", "Handing out leaflets"),
        ("training", "Trajnim", "Training"),
        ("campaign", "Fushatë ndërgjegjësuese", "Awareness campaign"),
        ("closing_table", "Tryezë përmbyllëse", "Closing round table"),
        ("other", "Tjetër", "Other"),
    ],
    Term.List.AUDIENCE: [
        ("pupils_primary", "Nxënës të shkollave 9-vjeçare", "Pupils of nine-year schools"),
        ("pupils_secondary", "Nxënës të shkollave të mesme", "Pupils of secondary schools"),
        ("students", "Studentë", "Students"),
        ("parents", "Prindër", "Parents"),
        ("teachers", "Mësues dhe psikologë shkolle", "Teachers and school psychologists"),
        ("health_staff", "Punonjës të shëndetësisë", "Health staff"),
        ("officials", "Punonjës të institucioneve anëtare", "Staff of member institutions"),
        ("communities", "Komuniteti rom dhe egjiptian", "Roma and Egyptian communities"),
        ("jobseekers", "Punëkërkues", "Jobseekers"),
        ("tourism", "Punonjës të turizmit dhe transportit", "Staff of tourism and transport"),
        ("citizens", "Qytetarë", "Citizens"),
    ],
    Term.List.INSTITUTION: [
        ("prefecture", "Institucioni i Prefektit", "Prefecture"),
        ("municipality", "Bashki", "Municipality"),
        ("child_protection_unit", "Njësi për Mbrojtjen e Fëmijës", "Child protection unit"),
        ("local_police", "Drejtori Vendore e Policisë", "Local police"),
        ("border_police", "Policia Kufitare dhe e Migracionit", "Border and migration police"),
        ("social_service", "Shërbimi Social Shtetëror", "State Social Service"),
        ("education", "Zyrë Vendore e Arsimit Parauniversitar", "Local education office"),
        ("health", "Njësi Vendore e Kujdesit Shëndetësor", "Local health-care unit"),
        ("employment", "Zyrë punësimi", "Employment office"),
        ("vocational_training", "Drejtori e formimit profesional", "Vocational training"),
        ("inspectorate", "Inspektorati i Punës dhe Shërbimeve Shoqërore", "Inspectorate of labour and social services"),
        ("prosecution", "Prokurori", "Prosecution office"),
        ("intelligence", "Shërbimi Informativ i Shtetit", "State Intelligence Service"),
        ("county_council", "Këshilli i Qarkut", "County council"),
        ("ngo", "Organizatë jofitimprurëse", "Non-profit organisation"),
        ("shelter", "Strehëz", "Shelter"),
        ("national_office", "Zyra e Koordinatorit Kombëtar", "Office of the National Coordinator"),
    ],
    # The code of a helpline is its number.
    Term.List.HELPLINE: [
        ("116006", "Linja kombëtare kundër trafikimit", "National line against trafficking"),
        ("116111", "ALO 116, linja kombëtare e fëmijëve", "ALO 116, national child helpline"),
        ("116000", "Fëmijë të zhdukur", "Missing children"),
        ("129", "Policia e Shtetit", "State Police"),
        ("112", "Numri i emergjencës", "Emergency number"),
    ],
    # docs/domain.md 12.7, after VKM 578/2018 and the practice of the units.
    Term.List.CONCERN: [
        ("physical_violence", "Dhunë fizike", "Physical violence"),
        ("psychological_violence", "Dhunë psikologjike", "Psychological violence"),
        ("sexual_abuse", "Abuzim seksual", "Sexual abuse"),
        ("neglect", "Neglizhim", "Neglect"),
        ("abandonment", "Braktisje", "Abandonment"),
        ("child_labour", "Shfrytëzim ekonomik, punë e fëmijës", "Economic exploitation, child labour"),
        ("street_situation", "Fëmijë në situatë rruge", "Child in street situation"),
        ("begging", "Lypje", "Begging"),
        ("suspected_trafficking", "Trafikim i dyshuar", "Suspected trafficking"),
        ("sexual_exploitation", "Shfrytëzim seksual (edhe në internet)", "Sexual exploitation (also online)"),
        ("early_marriage", "Martesë e hershme", "Early marriage"),
        ("unaccompanied", "Fëmijë i pashoqëruar", "Unaccompanied child"),
        ("separated", "Fëmijë i ndarë nga prindërit", "Separated child"),
        ("conflict_with_law", "Në konflikt me ligjin", "In conflict with the law"),
        ("crime_witness", "I dëmtuar ose dëshmitar i një vepre penale", "Harmed by or witness of a crime"),
        ("domestic_violence", "Dëshmitar i dhunës në familje", "Witness of domestic violence"),
        ("bullying", "Bullizëm", "Bullying"),
        ("school_dropout", "Braktisje e shkollës", "School dropout"),
        ("unregistered", "I paregjistruar në gjendjen civile", "Not in the civil registry"),
        ("disability", "Aftësi e kufizuar pa mbështetje", "Disability without support"),
        ("substances", "Abuzim me substanca", "Substance abuse"),
        ("blood_feud", "Gjakmarrje, ngujim", "Blood feud, confinement"),
        ("other", "Tjetër", "Other"),
    ],
    Term.List.SOURCE: [
        ("police", "Policia", "Police"),
        ("border", "Policia kufitare", "Border police"),
        ("school", "Shkolla", "School"),
        ("school_psychologist", "Psikologu i shkollës", "School psychologist"),
        ("health_centre", "Qendra shëndetësore", "Health centre"),
        ("municipality", "Bashkia ose njësia administrative", "Municipality or administrative unit"),
        ("ngo", "Organizatë jofitimprurëse", "Non-profit organisation"),
        ("mobile_unit", "Njësia e lëvizshme", "Mobile unit"),
        ("116006", "Linja 116 006", "Line 116 006"),
        ("116111", "Linja 116 111", "Line 116 111"),
        ("129", "Linja 129", "Line 129"),
        ("parents", "Prindërit", "Parents"),
        ("child", "Vetë fëmija", "The child"),
        ("citizen", "Qytetar", "Citizen"),
        ("media", "Media", "Media"),
        ("embassy", "Përfaqësi diplomatike", "Diplomatic mission"),
        ("other", "Tjetër", "Other"),
    ],
    Term.List.CARE: [
        ("both_parents", "Me të dy prindërit", "With both parents"),
        ("one_parent", "Me njërin prind", "With one parent"),
        ("relatives", "Me të afërm", "With relatives"),
        ("foster", "Familje kujdestare", "Foster family"),
        ("institution", "Institucion", "Institution"),
        ("shelter", "Strehëz", "Shelter"),
        ("alone", "I vetëm", "Alone"),
        ("street", "Në rrugë", "In the street"),
        ("other", "Tjetër", "Other"),
    ],
    Term.List.OBSTACLE: [
        ("no_answer", "Pa përgjigje për referimin", "No answer to a referral"),
        ("no_place", "Nuk ka vend të lirë", "No free place"),
        ("no_papers", "Mungojnë dokumentet", "Papers are missing"),
        ("school", "Regjistrimi në shkollë", "School registration"),
        ("economic_aid", "Ndihma ekonomike", "Economic aid"),
        ("transport", "Transporti", "Transport"),
        ("money", "Mungojnë fondet", "Money is missing"),
        ("competence", "Konflikt kompetencash", "Conflict of competence"),
        ("other", "Tjetër", "Other"),
    ],
    Term.List.CLOSING: [
        ("goals_reached", "Objektivat u arritën", "The goals were reached"),
        ("returned_to_family", "Fëmija u kthye në familje", "The child returned to the family"),
        ("long_term_care", "Kujdes alternativ afatgjatë", "Long-term alternative care"),
        ("transferred", "Transferuar", "Transferred"),
        ("turned_18", "Mbushi 18 vjeç", "Turned 18"),
        ("left_country", "U largua nga territori", "Left the territory"),
        ("family_refuses", "Familja refuzon, me vendim", "The family refuses, by decision"),
        ("duplicate", "Dublim", "Duplicate"),
        ("death", "Vdekje", "Death"),
        ("other", "Tjetër", "Other"),
    ],
    # docs/domain.md 13.
    Term.List.SERVICE: [
        ("emergency_72h", "Shërbim emergjence 24/72 orë", "Emergency service, 24/72 hours"),
        ("emergency_shelter", "Strehim emergjent", "Emergency shelter"),
        ("long_shelter", "Strehim afatgjatë", "Long-term shelter"),
        ("counselling", "Këshillim psiko-social", "Psycho-social counselling"),
        ("family_counselling", "Këshillim familjar", "Family counselling"),
        ("legal_aid", "Ndihmë juridike", "Legal aid"),
        ("court", "Përfaqësim në gjykatë", "Representation in court"),
        ("health", "Shërbim shëndetësor", "Health care"),
        ("age_test", "Test moshe", "Age assessment"),
        ("translation", "Përkthim", "Translation"),
        ("transport", "Transport", "Transport"),
        ("packs", "Paketë ushqimore ose higjienike", "Food or hygiene pack"),
        ("clothing", "Veshje", "Clothing"),
        ("economic_aid", "Ndihmë ekonomike", "Economic aid"),
        ("rent", "Bonus ose subvencion qiraje", "Rent bonus or subsidy"),
        ("civil_registry", "Regjistrim në gjendjen civile", "Registration in the civil registry"),
        ("identity_papers", "Dokumente identiteti", "Identity papers"),
        ("school", "Regjistrim në shkollë", "School registration"),
        ("learning", "Mbështetje mësimore", "Support in learning"),
        ("day_centre", "Qendër ditore", "Day centre"),
        ("nursery", "Kopsht ose çerdhe", "Kindergarten or nursery"),
        ("training", "Formim profesional", "Vocational training"),
        ("work", "Ndërmjetësim për punë", "Help in finding work"),
        ("business", "Mbështetje për biznes", "Support for a business"),
        ("foster_family", "Familje kujdestare", "Foster family"),
        ("reunification", "Ribashkim familjar", "Family reunification"),
        ("return", "Kthim vullnetar i asistuar", "Assisted voluntary return"),
        ("reintegration", "Ndjekje pas riintegrimit", "Follow-up after reintegration"),
        ("mobile_unit", "Njësi e lëvizshme", "Mobile unit"),
    ],
}

# On which act a row of a list stands, where docs/domain.md names one; whoever has read the act marks it verified.
REFERENCES: dict[tuple[str, str], str] = {
    (Term.List.SERVICE, "emergency_72h"): "VKM nr. 518, 04.09.2018",
    (Term.List.SERVICE, "emergency_shelter"): "VKM nr. 518, 04.09.2018",
    (Term.List.SERVICE, "day_centre"): "VKM nr. 518, 04.09.2018",
    (Term.List.SERVICE, "economic_aid"): "Ligji nr. 57/2019; VKM nr. 597/2019",
    (Term.List.SERVICE, "school"): "Marrëveshja nr. 1613, viti 2013",
}

_ORDER_139 = "Urdhri i Kryeministrit nr. 139, 19.06.2006, sipas praktikës së KRAT Kukës"
_VKM_578 = "VKM nr. 578, 03.10.2018"
_HOUSE = "Rregull i regjistrit, pa akt"
_H, _D, _W, _M = Deadline.Unit.HOURS, Deadline.Unit.DAYS, Deadline.Unit.WORKING_DAYS, Deadline.Unit.MONTHS

_READ = "Leximi i pazakontë"

# Code, Albanian name, English name, amount, unit. No act names them.
THRESHOLDS = [
    (
        "reading_days",
        f"{_READ}: shikohen ditët e fundit",
        "Unusual reading: how many days are looked at",
        7,
        Threshold.Unit.DAYS,
    ),
    (
        "reading_files",
        f"{_READ}: dosje të hapura në një ditë, të paktën",
        "Unusual reading: files opened on one day, at least",
        15,
        Threshold.Unit.FILES,
    ),
    (
        "reading_times",
        f"{_READ}: sa herë më shumë se zakonisht",
        "Unusual reading: how many times what is usual",
        3,
        Threshold.Unit.TIMES,
    ),
    (
        "reading_night_files",
        f"{_READ}: dosje të hapura jashtë orarit, të paktën",
        "Unusual reading: files opened at odd hours, at least",
        5,
        Threshold.Unit.FILES,
    ),
    (
        "reading_night_from",
        f"{_READ}: jashtë orarit, nga ora",
        "Unusual reading: odd hours from",
        20,
        Threshold.Unit.HOUR,
    ),
    (
        "reading_night_until",
        f"{_READ}: jashtë orarit, deri në orën",
        "Unusual reading: odd hours until",
        6,
        Threshold.Unit.HOUR,
    ),
    (
        "reading_outside_files",
        f"{_READ}: dosje jashtë ekipit, të paktën",
        "Unusual reading: files outside one's team, at least",
        5,
        Threshold.Unit.FILES,
    ),
    (
        "services_places_told_days",
        "Vende të lira të shërbimeve: thuhen sërish pas",
        "Free places of services: told anew after",
        14,
        Threshold.Unit.DAYS,
    ),
    (
        "mail_from",
        "Mesazhet me e-mail që nuk janë urgjente: dërgohen nga ora",
        "Mails that are not urgent: sent from",
        8,
        Threshold.Unit.HOUR,
    ),
]

# Code, Albanian name, English name, amount, unit, legal reference, whether the source confirms it.
DEADLINES = [
    # The committee and its papers.
    (
        "krat_meeting",
        "Mbledhja e KRAT-it, së paku një herë në",
        "Committee meeting, at least once in",
        3,
        _M,
        _ORDER_139,
        False,
    ),
    (
        "tt_meeting",
        "Mbledhja e Tryezës Teknike, së paku një herë në",
        "Technical table, at least once in",
        2,
        _M,
        _ORDER_139,
        False,
    ),
    (
        "invitation",
        "Ftesa për mbledhje, para ditës së saj",
        "Invitation, before the day of the meeting",
        5,
        _W,
        _HOUSE,
        False,
    ),
    ("minutes_draft", "Projekti i procesverbalit", "Draft of the minutes", 3, _W, _HOUSE, False),
    ("minutes_remarks", "Vërejtjet për procesverbalin", "Remarks on the minutes", 5, _W, _HOUSE, False),
    (
        "task_report",
        "Raportimi i detyrës, para mbledhjes së ardhshme",
        "Report on a task, before the next meeting",
        5,
        _W,
        _HOUSE,
        False,
    ),
    # Figures of a period, counted from its last day.
    (
        "figures_due",
        "Shifrat e periudhës, pas mbarimit të saj",
        "Figures of a period, after its end",
        10,
        _W,
        _HOUSE,
        False,
    ),
    (
        "figures_close",
        "Mbyllja e periudhës për shifrat, pas mbarimit të saj",
        "Closing of a period for figures, after its end",
        3,
        _M,
        _HOUSE,
        False,
    ),
    # The child's case.
    ("referral", "Njoftimi dhe referimi", "Notice and referral", 24, _H, "VKM nr. 499, 29.08.2018", False),
    (
        "initial_assessment_immediate",
        "Vlerësimi fillestar, rrezik i menjëhershëm",
        "Initial assessment, immediate risk",
        2,
        _H,
        _VKM_578,
        False,
    ),
    (
        "initial_assessment_high",
        "Vlerësimi fillestar, rrezik i lartë",
        "Initial assessment, high risk",
        24,
        _H,
        _VKM_578,
        False,
    ),
    (
        "initial_assessment_medium",
        "Vlerësimi fillestar, rrezik i mesëm",
        "Initial assessment, medium risk",
        72,
        _H,
        _VKM_578,
        False,
    ),
    (
        "initial_assessment_low",
        "Vlerësimi fillestar, rrezik i ulët",
        "Initial assessment, low risk",
        5,
        _W,
        _VKM_578,
        False,
    ),
    ("full_assessment", "Vlerësimi i plotë", "Full assessment", 15, _W, _VKM_578, False),
    (
        "conference",
        "Thirrja e Grupit Teknik Ndërsektorial",
        "Calling the cross-sector technical group",
        5,
        _W,
        _VKM_578,
        False,
    ),
    (
        "protection_plan",
        "Plani Individual i Mbrojtjes, pas vlerësimit",
        "Protection plan, after the assessment",
        10,
        _W,
        _VKM_578,
        False,
    ),
    (
        "plan_review",
        "Rishikimi i Planit Individual të Mbrojtjes",
        "Review of the protection plan",
        3,
        _M,
        _VKM_578,
        False,
    ),
    ("follow_up", "Vizita e ndjekjes", "Follow-up visit", 1, _M, _VKM_578, False),
    ("follow_up_high", "Vizita e ndjekjes, rrezik i lartë", "Follow-up visit, high risk", 7, _D, _VKM_578, False),
    ("referral_answer", "Përgjigjja e referimit", "Answer to a referral", 5, _W, _VKM_578, False),
    # Messages: no act names them.
    ("notice_before", "Kujtesa me e-mail, para afatit", "Reminder by mail, before the due day", 2, _W, _HOUSE, False),
    ("notice_after", "Kujtesa me e-mail, pas afatit", "Reminder by mail, after the due day", 1, _W, _HOUSE, False),
    (
        "escalation_superior",
        "Vonesa i njoftohet eprorit, pas afatit",
        "A superior is told of what is late, after the due day",
        3,
        _W,
        _HOUSE,
        False,
    ),
    (
        "escalation_chair",
        "Vonesa i njoftohet kryetarit, pas afatit",
        "The chair is told of what is late, after the due day",
        10,
        _W,
        _HOUSE,
        False,
    ),
    (
        "mail_retry_1",
        "Mesazhi që dështon: prova e dytë, pas",
        "A mail that fails: second try, after",
        1,
        _H,
        _HOUSE,
        False,
    ),
    (
        "mail_retry_2",
        "Mesazhi që dështon: prova e tretë, pas",
        "A mail that fails: third try, after",
        4,
        _H,
        _HOUSE,
        False,
    ),
    (
        "mail_retry_3",
        "Mesazhi që dështon: prova e katërt, pas",
        "A mail that fails: fourth try, after",
        24,
        _H,
        _HOUSE,
        False,
    ),
    (
        "mail_retry_4",
        "Mesazhi që dështon: prova e pestë, pas",
        "A mail that fails: fifth try, after",
        2,
        _D,
        _HOUSE,
        False,
    ),
    ("notices_kept", "Njoftimet ruhen", "Notices are kept", 12, _M, _HOUSE, False),
]
_VERIFIED_BY = "Burimet e projektit"

# Month, day, Albanian name, English name: the same every year.
FIXED_HOLIDAYS = [
    (1, 1, "Viti i Ri", "New Year"),
    (1, 2, "Viti i Ri", "New Year"),
    (3, 14, "Dita e Verës", "Summer Day"),
    (3, 22, "Dita e Nevruzit", "Nevruz Day"),
    (5, 1, "Dita Ndërkombëtare e Punëtorëve", "Workers' Day"),
    (9, 5, "Dita e Shenjtërimit të Shenjt Terezës", "Day of Saint Teresa's canonisation"),
    (11, 22, "Dita e Alfabetit", "Alphabet Day"),
    (11, 28, "Dita e Flamurit dhe e Pavarësisë", "Flag and Independence Day"),
    (11, 29, "Dita e Çlirimit", "Liberation Day"),
    (12, 8, "Dita Kombëtare e Rinisë", "National Youth Day"),
    (12, 25, "Krishtlindjet", "Christmas"),
]
_MOON_SQ, _MOON_EN = "dita të konfirmohet", "day to be confirmed"  # Bajrams follow the moon and are announced
MOVABLE_HOLIDAYS = {
    2026: [
        (3, 20, f"Bajrami i Madh ({_MOON_SQ})", f"Eid al-Fitr ({_MOON_EN})"),
        (4, 5, "Pashkët Katolike", "Catholic Easter"),
        (4, 12, "Pashkët Ortodokse", "Orthodox Easter"),
        (5, 27, f"Kurban Bajrami ({_MOON_SQ})", f"Eid al-Adha ({_MOON_EN})"),
    ],
    2027: [
        (3, 10, f"Bajrami i Madh ({_MOON_SQ})", f"Eid al-Fitr ({_MOON_EN})"),
        (3, 28, "Pashkët Katolike", "Catholic Easter"),
        (5, 2, "Pashkët Ortodokse", "Orthodox Easter"),
        (5, 16, f"Kurban Bajrami ({_MOON_SQ})", f"Eid al-Adha ({_MOON_EN})"),
    ],
}
_SATURDAY = 5


def municipality_code(county: str, name: str) -> str:
    """The code of a municipality: its county and its folded name, ``AL-10-VAU-I-DEJES``."""
    return f"{county}-{fold(name).upper().replace(' ', '-')}"


def holidays_of(year: int) -> list[tuple[datetime.date, str, str]]:
    """The holidays of a year that can be told: a feast on a Saturday or Sunday gives the next working day (as the
    yearly calendar of feasts says)."""
    feasts = sorted([*FIXED_HOLIDAYS, *MOVABLE_HOLIDAYS[year]])
    days = {datetime.date(year, month, day): (name_sq, name_en) for month, day, name_sq, name_en in feasts}
    for feast, (name_sq, name_en) in list(days.items()):
        if feast.weekday() < _SATURDAY:
            continue
        instead = feast
        while instead.weekday() >= _SATURDAY or instead in days:
            instead += datetime.timedelta(days=1)
        days[instead] = (f"Ditë pushimi: {name_sq}"[:80], f"Day off: {name_en}"[:80])
    return [(day, *names) for day, names in sorted(days.items())]


def insert(using: str = "default") -> int:
    """Put in every first row that is missing; returns how many there were (some ten queries when none is)."""
    with transaction.atomic(using=using):
        return (
            _insert_counties(using)
            + _insert_municipalities(using)
            + _insert_terms(using)
            + _insert_deadlines(using)
            + _insert_thresholds(using)
            + _insert_holidays(using)
        )


def _insert_counties(using: str) -> int:
    there = set(County.objects.using(using).values_list("code", flat=True))
    return _add(
        using,
        County,
        (
            County(code=code, name=name, prefix=prefix, seat=seat, sort_key=sort_key(name))
            for code, name, prefix, seat in COUNTIES
            if code not in there
        ),
    )


def _insert_municipalities(using: str) -> int:
    counties = {county.code: county for county in County.objects.using(using)}
    there = set(Municipality.objects.using(using).values_list("code", flat=True))
    with (_DATA / "municipalities.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["qark_code"], row["bashki_name"]) for row in csv.DictReader(lines)]
    return _add(
        using,
        Municipality,
        (
            Municipality(code=code, county=counties[county], name=name, sort_key=sort_key(name))
            for county, name in rows
            if (code := municipality_code(county, name)) not in there
        ),
    )


def _insert_terms(using: str) -> int:
    there = set(Term.objects.using(using).values_list("list", "code"))
    return _add(
        using,
        Term,
        (
            Term(
                list=kind,
                code=code,
                name_sq=name_sq,
                name_en=name_en,
                position=position,
                legal_reference=REFERENCES.get((kind, code), ""),
            )
            for kind, rows in TERMS.items()
            for position, (code, name_sq, name_en) in enumerate(rows, start=1)
            if (str(kind), code) not in there
        ),
    )


def _insert_deadlines(using: str) -> int:
    there = set(Deadline.objects.using(using).values_list("code", flat=True))
    return _add(
        using,
        Deadline,
        (
            Deadline(
                code=code,
                name_sq=name_sq,
                name_en=name_en,
                amount=amount,
                unit=unit,
                legal_reference=reference,
                is_verified=confirmed,
                verified_by=_VERIFIED_BY if confirmed else "",
            )
            for code, name_sq, name_en, amount, unit, reference, confirmed in DEADLINES
            if code not in there
        ),
    )


def _insert_thresholds(using: str) -> int:
    there = set(Threshold.objects.using(using).values_list("code", flat=True))
    return _add(
        using,
        Threshold,
        (
            Threshold(
                code=code,
                name_sq=name_sq,
                name_en=name_en,
                position=position,
                amount=amount,
                unit=unit,
                legal_reference=_HOUSE,
            )
            for position, (code, name_sq, name_en, amount, unit) in enumerate(THRESHOLDS, start=1)
            if code not in there
        ),
    )


def _insert_holidays(using: str) -> int:
    # By year, not by day: a feast whose day somebody corrected must not come back on the old one.
    there = {day.year for day in Holiday.objects.using(using).values_list("day", flat=True)}
    return _add(
        using,
        Holiday,
        (
            Holiday(day=day, name_sq=name_sq, name_en=name_en)
            for year in MOVABLE_HOLIDAYS
            if year not in there
            for day, name_sq, name_en in holidays_of(year)
        ),
    )


def _add(using: str, model: Any, rows: Iterable[Any]) -> int:
    return len(model.objects.using(using).bulk_create(rows))


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate`` for this app; also runs after a test has emptied the tables."""
    tables = set(connections[using].introspection.table_names())
    if all(model._meta.db_table in tables for model in (County, Municipality, Term, Deadline, Threshold, Holiday)):
        insert(using)
