"""Template tag for buttons, which asks the table of rights: ``{% may "tasks.verify" as may_verify %}``."""

from typing import Any

from django import template

from krat.access import rights

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], right: str) -> bool:
    """Whether the seat has this right at all. Costs no query; a row's own rights come with the row from its view."""
    return rights.may(context.get("seat"), right)
