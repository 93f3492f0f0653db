"""The organisation, its units and its people, for programs."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime  # noqa: TC003 - the schemas are read at run time
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID  # noqa: TC003 - the same

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query, Status
from pydantic import AfterValidator, Field

from mizzle_web.journal.actions import once
from mizzle_web.page import problem
from mizzle_web.page.api import (
    Code,
    Email,
    Given,
    Key,
    Limit,
    Name,
    Openings,
    Place,
    Scope,
    Told,
    Version,
    Words,
    page_of,
)
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.people import figures
from mizzle_web.people.actions.members import NewMember, add_member, change_member, place
from mizzle_web.people.actions.units import open_unit
from mizzle_web.people.models import Grant, Member, Organisation, Placement, Unit
from mizzle_web.people.roles import MAY, Role
from mizzle_web.people.secrets import hashed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from pydantic import BaseModel

    from mizzle_web.page.visit import Visit
