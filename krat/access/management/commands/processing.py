"""``manage.py processing``: the register of processing activities, printed from the models and the tables of rights."""

from typing import Any

from django.core.management.base import BaseCommand

from krat.access import rights
from krat.access.checks import own_models


class Command(BaseCommand):
    """Print the processing register."""

    help = "Prints for each model why it is kept, on which basis, how long, and who sees it."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in sorted(own_models(), key=lambda one: one._meta.label):
            entry = model.processing
            self.stdout.write(f"{model._meta.label}  –  {entry.purpose}")
            self.stdout.write(f"    {entry.level.label}; {entry.kept}; {entry.basis}")
            right = getattr(model, "view_right", "")
            if right:
                readers = ", ".join(f"{role} ({reach})" for role, reach in rights.right(right).reaches.items())
                self.stdout.write(f"    {right}: {readers or 'nobody'}")
