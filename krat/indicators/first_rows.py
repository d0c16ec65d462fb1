"""The catalogue a fresh registry starts with: I01 to I18 and the groups at risk (docs/domain.md 8).

No act names these figures; the source proposes them after what reports of committees hold, and each row says so. They
are put in after every migration, and only where they are missing: what people edited or retired stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from krat.indicators.models import Indicator
from krat.indicators.periods import Length
from krat.reference import first_rows as lists
from krat.reference.models import Term

_Unit, _Counted, _Sure = Indicator.Unit, Indicator.Counted, Indicator.Certainty
_POLICE, _BORDER, _SOCIAL, _UNIT = "local_police", "border_police", "social_service", "child_protection_unit"
_NGO, _SCHOOLS, _TOWN, _HEALTH, _JOBS = "ngo", "education", "municipality", "health", "employment"
_SEEN_SQ, _SEEN_EN = "Sipas raporteve të KRAT-eve.", "As reports of the committees count it."


@dataclass(frozen=True)
class _Row:
    code: str
    name_sq: str
    name_en: str
    unit: str
    suppliers: tuple[str, ...] = ()
    counted_as: str = ""
    says_sq: str = ""
    says_en: str = ""
    period: str = Length.QUARTER
    certainty: str = _Sure.PROPOSAL


_FINDERS = (_POLICE, _SOCIAL, _NGO)
_PV_SQ = "Viktima të mundshme të trafikimit, të identifikuara"
_PV_EN = "Possible victims of trafficking identified"
_WHO_SQ = "Numërohet nga institucioni që e identifikoi, në bashkinë ku u identifikua."
_WHO_EN = "Counted by the institution that identified the person, in the municipality where that was."
_ART_SQ = "Procedime të regjistruara gjatë periudhës, sipas nenit të Kodit Penal."
_ART_EN = "Proceedings recorded in the period, by article of the Criminal Code."
_RISK_SQ = "Gjendja në fund të tremujorit. Numërohen familje ose persona; asnjë emër nuk shkruhet në asnjë listë."
_RISK_EN = "As it stands at the end of the quarter. Families or persons are counted; no name is put on any list."
_EVERYBODY = (_POLICE, _SOCIAL, _SCHOOLS, _HEALTH, _TOWN, _NGO)

ROWS = [
    _Row("I01a", f"{_PV_SQ}: gra", f"{_PV_EN}: women", _Unit.PERSONS, _FINDERS, "", _WHO_SQ, _WHO_EN),
    _Row("I01b", f"{_PV_SQ}: burra", f"{_PV_EN}: men", _Unit.PERSONS, _FINDERS, "", _WHO_SQ, _WHO_EN),
    _Row("I01c", f"{_PV_SQ}: vajza", f"{_PV_EN}: girls", _Unit.CHILDREN, _FINDERS, "", _WHO_SQ, _WHO_EN),
    _Row("I01d", f"{_PV_SQ}: djem", f"{_PV_EN}: boys", _Unit.CHILDREN, _FINDERS, "", _WHO_SQ, _WHO_EN),
    _Row(
        "I02",
        "Viktima të trafikimit të identifikuara formalisht",
        "Victims of trafficking formally identified",
        _Unit.PERSONS,
        (_SOCIAL,),
        "",
        "Pas intervistës së përbashkët të policisë me Shërbimin Social; e raporton Shërbimi Social, që të mos "
        "numërohet dy herë.",
        "After the joint interview of police and State Social Service; the latter reports it, so that nobody is "
        "counted twice.",
    ),
    _Row(
        "I03",
        "Persona të referuar në shërbim",
        "Persons referred to a service",
        _Unit.PERSONS,
        (_SOCIAL, _NGO),
        "",
        "Viktima të mundshme dhe të identifikuara, të referuara gjatë periudhës.",
        "Possible and identified victims referred in the period.",
    ),
    _Row(
        "I04a",
        "Fëmijë në situatë rruge, të identifikuar",
        "Children in street situation identified",
        _Unit.CHILDREN,
        (_POLICE, _UNIT, _NGO),
        "",
        _SEEN_SQ,
        _SEEN_EN,
        certainty=_Sure.PRACTICE,
    ),
    _Row(
        "I04b",
        "Fëmijë në situatë rruge, të trajtuar",
        "Children in street situation helped",
        _Unit.CHILDREN,
        (_UNIT, _NGO),
        "",
        "Fëmijë që morën të paktën një shërbim gjatë periudhës.",
        "Children who received at least one service in the period.",
    ),
    _Row(
        "I04c",
        "Fëmijë të larguar nga rruga",
        "Children no longer in the street",
        _Unit.CHILDREN,
        (_UNIT,),
        "",
        "Fëmijë që gjatë periudhës u larguan nga rruga dhe nuk u kthyen.",
        "Children who left the street in the period and did not return.",
    ),
    _Row(
        "I05a",
        "Raste të fëmijëve të sinjalizuara",
        "Cases of children signalled",
        _Unit.CASES,
        counted_as=_Counted.CASES_OPENED,
        says_sq="Sipas ditës së sinjalit.",
        says_en="By the day of the signal.",
    ),
    _Row(
        "I05b",
        "Raste të fëmijëve të hapura tani",
        "Cases of children open now",
        _Unit.CASES,
        counted_as=_Counted.CASES_OPEN,
        says_sq="Gjendja e sotme, e jo e fundit të periudhës.",
        says_en="As it stands today, not at the end of the period.",
    ),
    _Row(
        "I05c",
        "Raste të fëmijëve të mbyllura",
        "Cases of children closed",
        _Unit.CASES,
        counted_as=_Counted.CASES_CLOSED,
        says_sq="Sipas ditës së mbylljes.",
        says_en="By the day of closing.",
    ),
    _Row(
        "I06",
        "Plane individuale të mbrojtjes të hartuara ose të rishikuara në afat",
        "Protection plans drawn up or reviewed in time",
        _Unit.PLANS,
        counted_as=_Counted.NOT_YET,
        says_sq="Do të numërohet nga regjistri kur planet të mbahen në të.",
        says_en="The registry will count it once plans are kept in it.",
    ),
    _Row(
        "I07",
        "Mbledhje të Grupit Teknik Ndërsektorial",
        "Meetings of the cross-sector technical group",
        _Unit.MEETINGS,
        counted_as=_Counted.NOT_YET,
        says_sq="Do të numërohet nga regjistri kur këto mbledhje të mbahen në të.",
        says_en="The registry will count it once these meetings are kept in it.",
    ),
    _Row(
        "I08a",
        "Fëmijë të paregjistruar në gjendjen civile",
        "Children not in the civil registry",
        _Unit.CHILDREN,
        (_TOWN,),
        "",
        _SEEN_SQ,
        _SEEN_EN,
        certainty=_Sure.PRACTICE,
    ),
    _Row(
        "I08b",
        "Fëmijë të paregjistruar në shkollë",
        "Children not registered in school",
        _Unit.CHILDREN,
        (_SCHOOLS,),
        "",
        "Fëmijë në moshë shkollore, në fund të periudhës.",
        "Children of school age, at the end of the period.",
    ),
    _Row(
        "I09a",
        "Fëmijë që kanë braktisur shkollën",
        "Children who dropped out of school",
        _Unit.CHILDREN,
        (_SCHOOLS,),
        "",
        _SEEN_SQ,
        _SEEN_EN,
        certainty=_Sure.PRACTICE,
    ),
    _Row(
        "I09b",
        "Fëmijë të kthyer në shkollë",
        "Children back in school",
        _Unit.CHILDREN,
        (_SCHOOLS,),
        "",
        "Fëmijë që e kishin braktisur dhe u kthyen gjatë periudhës.",
        "Children who had dropped out and came back in the period.",
    ),
    _Row(
        "I10",
        "Familje në nevojë të përfshira në ndihmën ekonomike",
        "Families in need included in economic aid",
        _Unit.FAMILIES,
        (_TOWN,),
        "",
        "Familje të përfshira rishtas gjatë periudhës.",
        "Families newly included in the period.",
    ),
    *(
        _Row(code, sq, en, unit, (_POLICE,), "", _ART_SQ, _ART_EN, certainty=_Sure.PRACTICE)
        for code, sq, en, unit in [
            ("I11a", "Procedime, neni 110/a", "Proceedings, article 110/a", _Unit.CASES),
            ("I11b", "Procedime, neni 128/b", "Proceedings, article 128/b", _Unit.CASES),
            ("I11c", "Procedime, neni 298", "Proceedings, article 298", _Unit.CASES),
            ("I11d", "Autorë në këto procedime", "Authors in these proceedings", _Unit.PERSONS),
        ]
    ),
    _Row(
        "I12",
        "Të kthyer nga jashtë, të intervistuar në pikën kufitare",
        "Persons returned from abroad, interviewed at the border point",
        _Unit.PERSONS,
        (_BORDER,),
        "",
        "Sipas bashkisë së pikës kufitare.",
        "By the municipality of the border point.",
    ),
    _Row(
        "I13a",
        "Aktivitete ndërgjegjësuese",
        "Awareness activities",
        _Unit.ACTIVITIES,
        counted_as=_Counted.ACTIVITIES,
        says_sq="Aktivitete të mbajtura gjatë periudhës.",
        says_en="Activities held in the period.",
    ),
    _Row(
        "I13b",
        "Gra dhe vajza pjesëmarrëse në aktivitete",
        "Women and girls at activities",
        _Unit.ATTENDING,
        counted_as=_Counted.WOMEN_REACHED,
        says_sq="Sipas aktiviteteve të mbajtura.",
        says_en="As the activities that were held say.",
    ),
    _Row(
        "I13c",
        "Burra dhe djem pjesëmarrës në aktivitete",
        "Men and boys at activities",
        _Unit.ATTENDING,
        counted_as=_Counted.MEN_REACHED,
        says_sq="Sipas aktiviteteve të mbajtura.",
        says_en="As the activities that were held say.",
    ),
    _Row(
        "I14a",
        "Mbledhje të KRAT-it të mbajtura",
        "Meetings of the committee held",
        _Unit.MEETINGS,
        counted_as=_Counted.COMMITTEE_MEETINGS,
        says_sq="Edhe ato pa kuorum.",
        says_en="Also those without quorum.",
    ),
    _Row(
        "I14b",
        "Mbledhje të Tryezës Teknike të mbajtura",
        "Meetings of the technical table held",
        _Unit.MEETINGS,
        counted_as=_Counted.TABLE_MEETINGS,
        says_sq="Edhe ato pa kuorum.",
        says_en="Also those without quorum.",
    ),
    _Row(
        "I15",
        "Pjesëmarrja e anëtarëve",
        "Attendance of members",
        _Unit.PERCENT,
        counted_as=_Counted.ATTENDANCE,
        says_sq="Institucionet që morën pjesë, vetë ose me zëvendësues, nga ato të shënuara.",
        says_en="Institutions that took part, themselves or by a substitute, of those recorded.",
    ),
    *(
        _Row(
            code,
            sq,
            en,
            _Unit.MEASURES,
            counted_as=counted,
            says_sq="Sipas planit të vitit, gjendja e sotme.",
            says_en="By the plan of the year, as it stands today.",
        )
        for code, sq, en, counted in [
            ("I16a", "Masa të planit të realizuara", "Measures of the plan done", _Counted.MEASURES_DONE),
            ("I16b", "Masa të planit në proces", "Measures of the plan under way", _Counted.MEASURES_OPEN),
            ("I16c", "Masa të planit të parealizuara", "Measures of the plan not done", _Counted.MEASURES_NOT_DONE),
        ]
    ),
    _Row(
        "I17a",
        "Trajnime të zhvilluara",
        "Trainings held",
        _Unit.TRAININGS,
        _EVERYBODY,
        "",
        "Trajnime të organizuara nga institucioni.",
        "Trainings that the institution organised.",
        Length.HALF,
    ),
    _Row(
        "I17b",
        "Punonjës të trajnuar",
        "Staff trained",
        _Unit.ATTENDING,
        _EVERYBODY,
        "",
        "Pjesëmarrës në këto trajnime.",
        "Participants of these trainings.",
        Length.HALF,
    ),
    *(
        _Row(
            code,
            f"Thirrje dhe raportime nga {line}",
            f"Calls and reports from {line}",
            _Unit.CALLS,
            says_sq="Linjat nuk kanë ende vend në regjistër: zgjidhni kush e raporton.",
            says_en="The lines have no seat in the registry yet: choose who reports it.",
            period=Length.YEAR,
        )
        for code, line in [("I18a", "116 006"), ("I18b", "116 111")]
    ),
    *(
        _Row(code, sq, en, unit, (who,), "", _RISK_SQ, _RISK_EN, certainty=sure)
        for code, sq, en, unit, who, sure in [
            ("R01", "Jetimë", "Orphans", _Unit.CHILDREN, _TOWN, _Sure.PRACTICE),
            ("R02", "Familje rome", "Roma families", _Unit.FAMILIES, _TOWN, _Sure.PRACTICE),
            ("R03", "Familje egjiptiane", "Egyptian families", _Unit.FAMILIES, _TOWN, _Sure.PROPOSAL),
            (
                "R04",
                "Familje me vështirësi ekonomike",
                "Families in economic difficulty",
                _Unit.FAMILIES,
                _TOWN,
                _Sure.PRACTICE,
            ),
            ("R05", "Prindër të vetëm", "Lone parents", _Unit.PERSONS, _TOWN, _Sure.PROPOSAL),
            ("R06", "Të dhunuar në familje", "Victims of domestic violence", _Unit.PERSONS, _TOWN, _Sure.PROPOSAL),
            (
                "R07",
                "Persona të kthyer nga jashtë",
                "Persons returned from abroad",
                _Unit.PERSONS,
                _TOWN,
                _Sure.PROPOSAL,
            ),
            (
                "R08",
                "Punëkërkues të papunë nga grupe të veçanta",
                "Unemployed job seekers of special groups",
                _Unit.PERSONS,
                _JOBS,
                _Sure.PROPOSAL,
            ),
        ]
    ),
]


def insert(using: str = "default") -> int:
    """Put in every row that is missing; returns how many there were (one query when none is)."""
    with transaction.atomic(using=using):
        there = set(Indicator.objects.using(using).values_list("code", flat=True))
        missing = [row for row in ROWS if row.code not in there]
        if not missing:
            return 0
        kinds = {one.code: one for one in Term.objects.using(using).filter(list=Term.List.INSTITUTION)}
        for row in missing:
            new = Indicator.objects.using(using).create(
                code=row.code,
                name_sq=row.name_sq,
                name_en=row.name_en,
                definition_sq=row.says_sq,
                definition_en=row.says_en,
                unit=row.unit,
                period=row.period,
                counted_as=row.counted_as,
                certainty=row.certainty,
            )
            new.suppliers.set([kinds[kind] for kind in row.suppliers if kind in kinds])
        return len(missing)


def after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """Receiver of Django's ``post_migrate`` for this app; also runs after a test has emptied the tables."""
    if Indicator._meta.db_table in connections[using].introspection.table_names():
        lists.insert(using)  # the kinds of institution that supply them: that app stands later in the order
        insert(using)
