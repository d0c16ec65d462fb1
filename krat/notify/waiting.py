"""What waits of mails, for whoever looks after them: that none go out, that some were given up, whom none reach."""

import datetime

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from krat.access import rights
from krat.notify import addresses
from krat.notify.models import Mail, Timer
from krat.people.models import Seat
from krat.ui.waiting import Lines, Waiting


def _faults(seat: Seat) -> list[Waiting]:
    if not rights.may(seat, "mail.manage"):
        return []
    timer = Timer.objects.filter(pk=1).first()
    url = reverse("notify:mail")
    found = []
    if timer is not None and timer.failing_since is not None:
        why = _("No mail has gone out since %(moment)s") % {"moment": _moment(timer.failing_since)}
        found.append(Waiting(title=_("See why the mail system does not answer"), why=why, url=url, day=None))
    elif timer is not None and timer.ran_at is not None and timer.stands_still:
        why = _("run_due last ran at %(moment)s; nobody is written to") % {"moment": _moment(timer.ran_at)}
        found.append(Waiting(title=_("See why the timer stands still"), why=why, url=url, day=None))
    dead = Mail.objects.permitted(seat, "mail.manage").filter(state=Mail.State.DEAD).count()
    if dead:
        title = ngettext("See the mail that was given up", "See the %(n)s mails that were given up", dead) % {"n": dead}
        found.append(Waiting(title=title, why=_("They can be sent again"), url=url, day=None))
    without = len(addresses.unconfirmed())
    if without:
        title = ngettext("No mail reaches %(n)s person", "No mail reaches %(n)s persons", without) % {"n": without}
        found.append(Waiting(title=title, why=_("They have not confirmed their address"), url=url, day=None))
    return found


def _moment(at: datetime.datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


LINES: list[Lines] = [(190, _faults)]
