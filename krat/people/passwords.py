"""Password validator: Albanian words, names and places are guessed first by whoever attacks an Albanian registry.

Django's list of common passwords is English, and so is the usual estimator: it calls *tirana2026* strong.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from krat.reference.albanian import fold

_LEET = str.maketrans("0134578@$!", "oleastbasi")
_WORDS = """
tirana tirane durres durresi shkoder shkodra vlora vlore korce korca elbasan elbasani berat berati fier fieri kukes
kukesi lezhe lezha diber dibra gjirokaster gjirokastra saranda sarande shqiperia shqiperi shqipe shqiptar albania
kosova prishtina dashuria dashuri zemra zemer jeta nena mami babi femije femija shpresa lumturi gezim drejtesia
drejtesi liria liri bashkia bashki prefektura prefekti policia polici komiteti antitrafik trafikimi kunder mbrojtja
mbrojtje registri rasti fjalekalim fjalekalimi kodi sekret sekreti admin administrator perdorues zyra shteti
ministria kryetar koordinator punonjes shembull skenderbeu skenderbej flamuri shqiponja kuqezi partizani vllaznia
ardit arben artan agim ana anila besa blerim dritan edona elira elona endrit enkela erion fatmir flora gent gjergj
ilir jonida klea lira luan lule mimoza mirela besnik ndue nora olta petrit rezarta sokol teuta valbona vjosa zana
janar shkurt mars prill maj qershor korrik gusht shtator tetor nentor dhjetor hene marte merkure enjte premte
shtune diele mire faleminderit pershendetje krat
password welcome qwerty qwertyuiop letmein dragon monkey football iloveyou master sunshine princess hello secret
""".split()
_LONGEST_FIRST = re.compile("|".join(sorted(set(_WORDS), key=len, reverse=True)))
WANTED_BEYOND_WORDS = 6


class AlbanianWordsValidator:
    """Refuses a password that is little more than Albanian words, names, places and a year."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` when fewer than six signs are left beside known words, digits and repeats."""
        plain = fold(password)
        for reading in (plain, plain.translate(_LEET)):
            left = _LONGEST_FIRST.sub(" ", re.sub(r"(19|20)\d\d", " ", reading))
            left = re.sub(r"(.)\1+", r"\1", re.sub(r"[\W\d_]+", "", left))
            if len(left) < WANTED_BEYOND_WORDS:
                raise ValidationError(
                    _("This password is made of words that are guessed first. Use a sentence of your own."),
                    code="password_of_known_words",
                )

    def get_help_text(self) -> str:
        """What Django shows beside the field."""
        return _("At least twelve characters. A sentence of your own is easier to remember than signs.")
