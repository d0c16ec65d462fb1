"""Words that say whose name stands beside them: a child, kin, a family, a case. Folded, in the forms people write."""

from krat.pii.vocabulary import word_set

CHILDREN = word_set(
    """
    vajza vajzes vajzen vajze djali djalit djalin femija femijes femijen nxenesi nxenesit nxenesin
    nxenesja nxeneses nxenesen mituri miturit miturin mitura mitures mituren foshnja foshnjes foshnjen
    bebja bebes beben adoleshentja adoleshentes adoleshenten adoleshenti adoleshentit adoleshentin minoreni
    minorenit minorenin minorenia jetimi jetimit jetimja jetimes vogelushi vogelushit vogelushja vogelushes
    """
)
KIN_WORDS = word_set(
    """
    vajza vajzes vajzen djali djalit djalin nena nenes nenen babai babait baban motra motres motren vellai
    vellait vellain gruaja gruas gruan burri burrit burrin bija bijes bijen biri birit birin familja familjes
    familjen gjyshja gjyshes gjyshen gjyshi gjyshit gjyshin mbesa mbeses mbesen nipi nipit nipin halla halles
    hallen daja dajes dajen xhaxhai xhaxhait xhaxhain tezja tezes tezen nusja nuses nusen vjehrra vjehrres kunata
    kunates kunati kunatit bashkeshorti bashkeshortit bashkeshortja bashkeshortes njerka njerkes njerku njerkut
    ema emes emen jati jatit ati atit atin
    """
)
# Kin of one person, whose name follows with an article; a family or a girl may also be "of" a town or a house.
CLOSE_KIN = KIN_WORDS - word_set("familja familjes familjen ema emes emen jati jatit ati atit atin")
PERSON_WORDS = (
    CHILDREN
    | KIN_WORDS
    | word_set(
        """
    shtetasi shtetasit shtetasin shtetasja shtetases shtetasen viktima viktimes viktimen
    prindi prindit prindin kujdestari kujdestarit kujdestarin kujdestarja kujdestares kujdestaren
    bashkejetuesi bashkejetuesit bashkejetuesja bashkejetueses fejuari fejuarit fejuara fejuares
    perfituesja perfitueses perfituesi perfituesit pacientja pacientes pacienti pacientit
    dyshuari dyshuarit dyshuara dyshuares demtuari demtuarit demtuara demtuares pandehuri pandehurit pandehura
    pandehures
    """
    )
)
# Of several: a surname may follow, never a first name alone.
SIBLINGS = word_set("prinderit prinderve motrat motrave vellezerit vellezerve bashkeshortet bashkeshorteve binjaket")
FAMILY_WORDS = (
    PERSON_WORDS
    | SIBLINGS
    | word_set(
        """
    vajzat vajzave djemte djemve femijet femijeve familjet familjeve
    shtepia shtepise shtepine banesa baneses banesen
    """
    )
)
FILES = word_set("rasti rastit rastin ceshtja ceshtjes ceshtjen dosja dosjes dosjen")
CASE_WORDS = PERSON_WORDS | FILES
# What a label may say before the name comes: "emri i plotë i së mitures është".
OWNERS = PERSON_WORDS | word_set("tij saj tyre vet plote vertete personit subjektit kerkueses kerkuesit aplikantit")
