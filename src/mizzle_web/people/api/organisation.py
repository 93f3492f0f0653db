"""The organisation and its roles, for programs."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - schemas are read at run time
from typing import TYPE_CHECKING

from mizzle_web.page.api import Openings, Scope, Told
from mizzle_web.people.roles import MAY, POWERFUL, Role

if TYPE_CHECKING:
    from mizzle_web.page.visit import Visit
    from mizzle_web.people.models import Organisation

openings = Openings("Organisation")


class OrganisationTold(Told):
    """The organisation."""

    name: str
    language: str
    timezone: str
    is_sample: bool
    created_at: datetime
    version: int


class RoleTold(Told):
    """A role, and what it adds to that of a colleague."""

    role: str
    title: str
    permissions: list[str]
    needs_second_factor: bool


class RolesTold(Told):
    """All roles."""

    items: list[RoleTold]


@openings.get("/organisation", scope=Scope.ORGANISATION_READ, answer=OrganisationTold, summary="Read the organisation")
def read_organisation(request: Visit) -> OrganisationTold:
    """Tell of the organisation that lives in this house."""
    one: Organisation = request.organisation
    return OrganisationTold(
        name=one.name,
        language=one.language,
        timezone=one.timezone,
        is_sample=one.is_sample,
        created_at=one.created_at,
        version=one.version,
    )


@openings.get("/roles", scope=Scope.ORGANISATION_READ, answer=RolesTold, summary="List the roles")
def list_roles(request: Visit) -> RolesTold:  # noqa: ARG001 - roles are code, the same for everybody
    """List all roles, each with what it may. Titles are in the language of the call."""
    return RolesTold(
        items=[
            RoleTold(
                role=str(role),
                title=str(role.label),
                permissions=sorted(permission.value for permission in MAY[role]),
                needs_second_factor=role in POWERFUL,
            )
            for role in Role
        ]
    )
