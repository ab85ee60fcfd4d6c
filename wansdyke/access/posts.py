"""Posts and the rights of the eight roles they map to."""

from enum import StrEnum

from django.conf import settings

from wansdyke.kernel.flow import Post, Role


class Right(StrEnum):
    """What scope may grant on a root. A step moves a case; a right is what scope grants."""

    VIEW = "view"
    COMMENT = "comment"
    CREATE = "create"
    EDIT = "edit"
    STEP = "step"
    ASSIGN = "assign"
    SHARE = "share"
    EXPORT = "export"
    CLOSE = "close"
    RESTRICT = "restrict"
    LIFT = "lift a restriction"
    BREAK_GLASS = "break-glass"
    ERASE = "erase"
    CONFIRM_ERASE = "confirm an erasure"
    LOCK = "lock for conflict"
    REVIEW_AUDIT = "review audit"
    ADMINISTER = "administer"
    LOAD_REFERENCE = "load reference data"
    JUDGE = "judge who is who"


_PRACTITIONERS = frozenset({Role.PRACTITIONER, Role.SUPERVISOR})
_PARTNERS = frozenset({Role.PARTNER})
_SUPERVISORS = frozenset({Role.SUPERVISOR})
_AUDITORS = frozenset({Role.AUDITOR})

# The table of rights by role; posts map to roles, a person may hold several posts.
RIGHTS: dict[Right, frozenset[Role]] = {
    Right.VIEW: _PRACTITIONERS
    | _PARTNERS
    | {Role.ANALYST, Role.RECORDS_MANAGER, Role.PARTNER_READ},
    Right.COMMENT: _PRACTITIONERS | _PARTNERS,
    Right.CREATE: _PRACTITIONERS | _PARTNERS,
    Right.EDIT: _PRACTITIONERS | _PARTNERS,
    Right.STEP: _PRACTITIONERS | _PARTNERS,
    Right.ASSIGN: _PRACTITIONERS,
    Right.SHARE: _PRACTITIONERS,
    Right.EXPORT: _PRACTITIONERS | _PARTNERS | {Role.ANALYST, Role.RECORDS_MANAGER},
    Right.CLOSE: _PRACTITIONERS,
    Right.RESTRICT: _PRACTITIONERS,
    Right.LIFT: _SUPERVISORS,
    Right.BREAK_GLASS: _PRACTITIONERS,
    Right.ERASE: frozenset({Role.RECORDS_MANAGER}),
    Right.CONFIRM_ERASE: _SUPERVISORS,
    Right.LOCK: _AUDITORS,
    Right.REVIEW_AUDIT: _AUDITORS,
    Right.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Right.JUDGE: _PRACTITIONERS | {Role.RECORDS_MANAGER},
    # Areas and published counts name nobody; those who keep the records or the system load them.
    Right.LOAD_REFERENCE: frozenset({Role.ADMINISTRATOR, Role.RECORDS_MANAGER, Role.ANALYST}),
}
AGENCY_WIDE = frozenset({Role.ANALYST, Role.RECORDS_MANAGER})
PARTNER_ROLES = frozenset({Role.PARTNER, Role.PARTNER_READ})
# A practitioner takes out of the product only the cases they are named on.
OWN_CASES_ONLY = frozenset({(Role.PRACTITIONER, Right.EXPORT)})
# The least level of a share that carries a right.
SHARE_LEVEL: dict[Right, int] = {
    Right.VIEW: 1,
    Right.COMMENT: 2,
    Right.EDIT: 3,
    Right.STEP: 3,
    Right.EXPORT: 3,
}

_FORCE_POSTS = (
    Post(key="administrator", title="System administrator", role=Role.ADMINISTRATOR),
    Post(key="records-manager", title="Records manager", role=Role.RECORDS_MANAGER),
    Post(key="analyst", title="Analyst", role=Role.ANALYST),
    Post(key="privacy-officer", title="Privacy officer", role=Role.AUDITOR),
    Post(key="professional-standards", title="Professional standards", role=Role.AUDITOR),
    Post(key="partner", title="Partner practitioner", role=Role.PARTNER),
    Post(key="partner-reader", title="Partner (read)", role=Role.PARTNER_READ),
)


def posts() -> dict[str, Post]:
    """Every post of this installation by key: the force's own, then each desk's."""
    return {post.key: post for post in (*_FORCE_POSTS, *settings.DESK_POSTS)}
