"""What a person may do. Which role may what is said in `mizzle_web.people.roles`."""

from __future__ import annotations

from enum import Enum


class Permission(Enum):
    """One thing that not everybody may."""

    SEE_PEOPLE = "see_people"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_UNITS = "manage_units"
    GIVE_ROLES = "give_roles"
    MANAGE_ORGANISATION = "manage_organisation"
    MANAGE_SIGN_IN = "manage_sign_in"
    READ_JOURNAL = "read_journal"
    MANAGE_API = "manage_api"
    OPERATE = "operate"
    BRING_LOGS = "bring_logs"
    MANAGE_JOURNEYS = "manage_journeys"
    DRAW_JOURNEYS = "draw_journeys"
    AGREE_TIMES = "agree_times"
    NOTE_CONTACT = "note_contact"
