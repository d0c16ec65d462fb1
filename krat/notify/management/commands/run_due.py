"""``manage.py run_due``: what is due by now, for a timer; safe to call as often as one likes, and twice at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from krat.notify import timer
from krat.notify.timer import Failed


class Command(BaseCommand):
    """Do what is due."""

    help = "Does what is due by now: summaries, reminders, what is late; then sends the mails that wait."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = timer.run()
        except Failed as mistake:
            raise CommandError(f"Some of what was due failed ({mistake}); the log says where.") from mistake
        self.stdout.write(
            f"sent {done.sent}, not needed any more {done.unneeded}, failed {done.failed}, given up {done.given_up}"
        )
        if done.is_down:
            raise CommandError("The mail system does not answer. Its mails wait; nothing is lost.")
