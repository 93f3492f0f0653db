"""Which activities may be perception points: ranked, with reasons, never applied by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mizzle.journeys.expressions import rows
from mizzle.journeys.results import Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mizzle.tables import Events

# Parts of words that speak of contact, by what they tell; English, Spanish and Norwegian Bokmål.
_WORDS: dict[str, str] = {
    "the name speaks of the customer": r"customer|client|guest|patient|citizen|caller|end.?user|user info|cliente"
    r"|usuario|paciente|ciudadan|huésped|kund|gjest|pasient|bruker|innbygger|innringer",
    "the name speaks of talking or writing": r"call|phone|e-?mail|mail|message|chat|reply|respon|answer|inform|notif"
    r"|contact|visit|meet|letter|llama|teléfono|telefono|correo|mensaje|contest|avis|contacto|visita|carta|reunión"
    r"|ring|telefon|e-?post|melding|svar|varsle|kontakt|besøk|brev|møte",
    "the name speaks of handing something over": r"deliver|hand.?over|carry|dispatch|ship|receiv|collect|pick.?up"
    r"|return|install|entreg|recib|recog|devol|instal|enví|envio|lever|overlever|utlever|hent|motta|retur|montere|send",
    "the name speaks of asking or promising": r"order|request|quote|offer|book|appoint|confirm|complain|claim|enquir"
    r"|inquir|pedido|solicit|oferta|reserv|cita|reclam|queja|bestill|forespør|tilbud|time|avtale|bekreft|klage",
    "the name speaks of paying": r"invoice|bill|pay|refund|receipt|factur|pago|pagar|cobr|reembols|recibo|faktura|betal"
    r"|refusjon|kvittering",
    "the name speaks of an outcome that the customer learns": r"resolved|solved|approved|rejected|decided|decision"
    r"|granted|resuelt|aprobad|rechazad|decisi|løst|godkjent|avslått|avgjort|vedtak",
}
_HIDDEN = re.compile(
    r"internal|system|batch|queue|assign|audit|archiv|update|interno|sistema|cola|asign|archiv|intern|kø|tildel|arkiv",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"channel|contact.?type|medium|canal|vía|kanal|kontakt", re.IGNORECASE)

_WORD, _SECOND_WORD, _FIRST, _LAST, _CHANNELS, _HIDDEN_WORD = 0.45, 0.15, 0.2, 0.15, 0.15, -0.3
_OFTEN, _SPREAD = 0.5, 0.3
"""From which share of cases on a place in the case counts, and how much a channel must vary with the activity."""


def suggest_perception_points(events: Events) -> tuple[Suggestion, ...]:
    """Rank the activities by how likely the customer sees, hears or feels them.

    Parameters
    ----------
    events
        An event table.

    Returns
    -------
    tuple of Suggestion
        Those with at least one reason, best first. The score, 0 to 1, only ranks; it is no probability.

    Notes
    -----
    Reasons are words in the name (English, Spanish, Norwegian), a place first or last in most cases, and an attribute
    for the channel that is filled in at this activity more than elsewhere. A person who knows the work decides:
    nothing here is ever applied by itself.
    """
    facts = _places(events)
    channels = _channels(events)
    found = []
    for activity, fact in facts.items():
        score, reasons = _weigh(activity, fact, events.n_cases, channels)
        if score > 0:
            found.append(Suggestion(activity, min(round(score, 2), 1.0), int(fact["n"]), tuple(reasons)))
    return tuple(sorted(found, key=lambda one: (-one.score, -one.events, one.activity)))


def _weigh(
    activity: str, row: Mapping[str, Any], n_cases: int, channels: Mapping[str, dict[str, float]]
) -> tuple[float, list[str]]:
    reasons = [reason for reason, words in _WORDS.items() if re.search(words, activity, re.IGNORECASE)]
    score = _WORD * bool(reasons) + _SECOND_WORD * max(len(reasons) - 1, 0)
    for part, weight, words in (("first", _FIRST, "first"), ("last", _LAST, "last")):
        share = row[part] / n_cases
        if share >= _OFTEN:
            score += weight
            reasons.append(f"it comes {words} in {share:.0%} of cases")
    for column, shares in channels.items():
        others = [share for name, share in shares.items() if name != activity]
        if others and shares[activity] - max(others) >= _SPREAD:
            score += _CHANNELS
            reasons.append(f"the channel ({column}) is filled in here more than elsewhere")
    if reasons and _HIDDEN.search(activity):
        score += _HIDDEN_WORD
        reasons.append("but its name also speaks of inner work")
    return score, reasons


def _places(events: Events) -> dict[str, dict[str, Any]]:
    """How often each activity comes, comes first and comes last in a case."""
    table = events.table
    last = table.group_by("case").aggregate(last=table.seq.max())
    placed = table.inner_join(last, "case")
    found = rows(
        placed.group_by("activity").aggregate(
            n=placed.count(),
            first=(placed.seq == 0).ifelse(1, 0).sum(),
            last=(placed.seq == placed.last).ifelse(1, 0).sum(),
        )
    )
    return {row["activity"]: row for row in found}


def _channels(events: Events) -> dict[str, dict[str, float]]:
    """For each attribute that names a channel: by activity, the share of events that fill it in."""
    table, result = events.table, {}
    for name in events.attributes:
        if _CHANNEL.search(name):
            filled = table[f"x_{name}"].notnull().ifelse(1, 0)
            found = rows(table.group_by("activity").aggregate(share=filled.mean()))
            result[name] = {row["activity"]: row["share"] for row in found}
    return result
