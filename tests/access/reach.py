"""How far people reach on a page by the tables of rights alone, for walks that leave out what is refused anyway."""

from krat.access import census, rights
from krat.access.rights import Reach
from krat.access.roles import Role
from krat.demo.accounts import ACCOUNTS

ROLE_OF = {username: Role(role) for username, _name, role, _institution in ACCOUNTS}


def declared(route: census.Route, role: Role) -> Reach:
    """How far a role reaches on a page. A machine's seat is not used in a browser, whatever its rights by token."""
    if role is Role.SYSTEM:
        return Reach.NONE
    return rights.right(route.right).reaches.get(role, Reach.NONE) if route.right else Reach.NONE


def is_refused(username: str, route: census.Route) -> bool:
    """Whether somebody of the invented world lacks the right of a page: the matrix asks what comes back then."""
    return bool(route.right) and declared(route, ROLE_OF[username]) is Reach.NONE
