"""Templates as they are sent: without the blanks at the beginning of their lines, which are a third of a page."""

import re
from typing import Any

from django.template.loaders import filesystem

# Of lines that begin with a tag: what stands before a word may belong to a text that is translated.
_INDENT = re.compile(r"\n[ \t]+(?=[<{])")


class Loader(filesystem.Loader):
    """Django's loader of files; the lines stay as they are counted, so that a mistake is told with its line."""

    def get_contents(self, origin: Any) -> str:
        """The text of a template, its lines moved to the left."""
        return _INDENT.sub("\n", super().get_contents(origin))
