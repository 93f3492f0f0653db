"""Write to the journal, hand over what is to be sent, and look after who is told."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from mizzle_web.journal import chain
from mizzle_web.journal.models import Entry, Head, Hook, Parcel, ParcelKind, ParcelState, Receipt
from mizzle_web.page.prepared import Addition, Blank, Change
from mizzle_web.page.refused import Changed, Refused
from mizzle_web.page.sealing import sealed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

SYSTEM = "system"
"""Who acts where no person does: schedules, and commands in the shell."""
_NOTE_ANSWER = Change(
    lambda: Receipt.objects.filter(key=Blank("key", models.CharField())), answer=Blank("answer", models.JSONField())
)
_GIVE_RECEIPT = Addition(Receipt, unless_there=True)
HOOK_GONE = "hook_gone"
MOST_HOOKS = 20


def record(*, by: str, verb: str, thing: str, at: datetime, details: Mapping[str, Any] | None = None) -> Entry:
    """Add an entry to the chain, in the transaction of what it tells, and tell the hooks that asked for it.

    Parameters
    ----------
    by
        Public id of the member who did it, or `SYSTEM`. Never a name.
    verb
        What was done, as ``member.invited``.
    thing
        What it was done to, as ``member:`` and its public id.
    details
        Numbers, codes and ids that say more; no text that people wrote, no address, no name.
    """
    return record_each(by=by, verb=verb, things=[(thing, details or {})], at=at)[0]


def record_each(*, by: str, verb: str, things: Sequence[tuple[str, Mapping[str, Any]]], at: datetime) -> list[Entry]:
    """Add an entry for each of several things to which the same was done, with their details, all in one go."""
    entries = [Entry(at=at, by=by, verb=verb, thing=thing, details=dict(details)) for thing, details in things]
    with transaction.atomic(savepoint=False):  # whatever goes wrong in here, what it tells of must not stay either
        if entries and chain.append(entries):
            for entry in entries:
                _tell(entry)
    return entries


def _tell(entry: Entry) -> None:
    content = {
        "type": entry.verb,
        "timestamp": entry.at.astimezone(UTC).isoformat(),
        "data": {"number": entry.number, "by": entry.by, "thing": entry.thing, "details": entry.details},
    }
    for hook in Hook.objects.listening():
        if hook.wants(entry.verb):
            send(kind=ParcelKind.WEBHOOK, target=str(hook.public_id), content=content, at=entry.at)


def send(*, kind: str, target: str, content: Mapping[str, Any], at: datetime) -> Parcel:
    """Put a mail or a webhook call into the outbox, in the transaction of what it tells.

    The target of a mail is an address, and its content has a ``subject`` and a ``text``. The target of a webhook call
    is the public id of a hook, and its content is what is sent.
    """
    return Parcel.objects.create(kind=kind, target=target, content=dict(content), created_at=at, next_at=at)


def first_time(*, key: str, content: Mapping[str, Any], by: str, at: datetime) -> bool:
    """Tell whether a form is sent for the first time under its key; the second time, what it asks for is done already.

    Raises
    ------
    Refused
        ``key_used`` where the same key comes with another content.
    """
    told = hashlib.sha256(chain.as_text(content).encode()).hexdigest()
    is_new, receipt = _receipt(key, told, by, at)
    if (receipt.by, receipt.digest) != (by, told):
        raise Refused("key_used", _("This form was sent before with something else in it. Load the page again."))
    return is_new


def _receipt(key: str, told: str, by: str, at: datetime) -> tuple[bool, Receipt]:
    """Write a receipt, unless there is one for this key; gives whether it is new. Two who come at once wait here."""
    receipt = Receipt(key=key, by=by, digest=told, at=at)
    is_new = _GIVE_RECEIPT(receipt)
    return is_new, receipt if is_new else Receipt.objects.get(key=key)


def once(*, key: str, content: str, do: Callable[[], dict[str, Any]], by: str, at: datetime) -> dict[str, Any]:
    """Do what a call asks, once for its key; the same call sent again is told what the first one was.

    Raises
    ------
    Refused
        ``key_reused`` where the same key comes with another content.
    """
    told = hashlib.sha256(content.encode()).hexdigest()
    with transaction.atomic():
        is_new, receipt = _receipt(key, told, by, at)
        if (receipt.by, receipt.digest) != (by, told):
            raise Refused("key_reused", _("This key came before with something else. Take a new key for each call."))
        if is_new:
            receipt.answer = do()
            _NOTE_ANSWER(key=key, answer=receipt.answer)
        answer: dict[str, Any] = receipt.answer
    return answer


def replay(*, parcel: UUID, by: str, at: datetime) -> Parcel:
    """Let a parcel that was given up be sent again, under the same id."""
    with transaction.atomic():
        found = Parcel.objects.select_for_update().get(pk=parcel)
        if found.state != ParcelState.DEAD:
            return found
        if found.kind == ParcelKind.WEBHOOK and not Hook.objects.filter(public_id=found.target).exists():
            raise Refused(HOOK_GONE, _("The webhook it was for has been removed. Add it again; it starts afresh."))
        found.state, found.n_tries, found.next_at, found.error = ParcelState.WAITING, 0, at, ""
        found.save(update_fields=("state", "n_tries", "next_at", "error"))
        record(by=by, verb="parcel.replayed", thing=f"parcel:{found.pk}", at=at)
    return found


def forget_sent(*, before: datetime) -> int:
    """Forget what was sent before an instant, and the keys of forms of that time; give how many rows that were."""
    n_parcels, _kinds = Parcel.objects.filter(state=ParcelState.SENT, sent_at__lt=before).delete()
    n_receipts, _kinds = Receipt.objects.older_than(before).delete()
    return n_parcels + n_receipts


def add_hook(*, url: str, verbs: Sequence[str], by: str, at: datetime) -> tuple[Hook, str]:
    """Let an address hear of what happens; gives the hook, and its secret, which nobody can read again."""
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    try:
        with transaction.atomic():
            if Hook.objects.count() >= MOST_HOOKS:
                raise Refused(
                    "too_many_hooks", _("There are %(n)d webhooks. Remove one that nobody needs.") % {"n": MOST_HOOKS}
                )
            hook = Hook.objects.create(url=url, secret=sealed(secret), verbs=list(verbs), created_at=at)
            record(by=by, verb="hook.added", thing=f"hook:{hook.public_id}", at=at, details={"verbs": hook.verbs})
            _count()
    except IntegrityError as problem:
        raise Refused(
            "hook_there", _("This address has a webhook already. Remove that one first to start afresh."), field="url"
        ) from problem
    return hook, secret


def switch_hook(*, hook: UUID, is_active: bool, version: int, by: str, at: datetime) -> Hook:
    """Switch a hook on or off, as it stood at a version; what waits for it goes out when it is on again."""
    with transaction.atomic():
        found = _held(hook, version)
        if found.is_active == is_active:
            return found
        found.is_active = is_active
        found.version += 1
        found.save(update_fields=("is_active", "version"))
        record(by=by, verb="hook.switched", thing=f"hook:{hook}", at=at, details={"is_active": is_active})
        _count()
    return found


def remove_hook(*, hook: UUID, version: int, by: str, at: datetime) -> None:
    """Tell an address nothing any more; what still waits for it is given up."""
    with transaction.atomic():
        found = _held(hook, version)
        found.delete()
        waiting = Parcel.objects.calls().filter(target=str(hook), state=ParcelState.WAITING)
        waiting.update(state=ParcelState.DEAD, error=HOOK_GONE)
        record(by=by, verb="hook.removed", thing=f"hook:{hook}", at=at)
        _count()


def ping_hook(*, hook: UUID, key: str, by: str, at: datetime) -> None:
    """Send a hook a call that means nothing, so that its owner sees one arrive; one for each key."""
    found = Hook.objects.get(public_id=hook)
    if not found.is_active:
        raise Refused("hook_off", _("This webhook is switched off. Switch it on, then try it."))

    def ping() -> dict[str, Any]:
        content = {"type": "ping", "timestamp": at.astimezone(UTC).isoformat(), "data": {"hook": str(hook)}}
        parcel = send(kind=ParcelKind.WEBHOOK, target=str(hook), content=content, at=at)
        record(by=by, verb="hook.tried", thing=f"hook:{hook}", at=at)
        return {"parcel": str(parcel.pk)}

    once(key=f"ping:{key}", content=str(hook), do=ping, by=by, at=at)


def try_mail(*, address: str, key: str, by: str, at: datetime) -> None:
    """Send a mail that means nothing, so that its reader sees one arrive; one for each key."""
    if not address:
        raise Refused("no_address", _("You have no e-mail address here. Add one on the page about yourself."))

    def post() -> dict[str, Any]:
        content = {
            "subject": _("A test from mizzle"),
            "text": _("This mail arrived, so mizzle can send mail. There is nothing to do."),
        }
        parcel = send(kind=ParcelKind.MAIL, target=address, content=content, at=at)
        record(by=by, verb="mail.tried", thing="mail", at=at)
        return {"parcel": str(parcel.pk)}

    once(key=f"mail:{key}", content=by, do=post, by=by, at=at)


def record_check(*, is_intact: bool, number: int, by: str, at: datetime) -> Entry:
    """Note that somebody checked the chain, up to which entry, and what came of it."""
    return record(by=by, verb="journal.checked", thing="journal", at=at, details={"intact": is_intact, "up_to": number})


def _held(hook: UUID, version: int) -> Hook:
    found = Hook.objects.select_for_update().get(public_id=hook)
    if found.version != version:
        is_on = _("switched on") if found.is_active else _("switched off")
        raise Changed(_("Somebody else has changed this webhook in the meantime."), theirs={"is_active": is_on})
    return found


def _count() -> None:
    """Write at the head how many hooks listen; whoever adds an entry holds that row, so it is never out of step."""
    Head.objects.filter(pk=1).update(n_hooks=Hook.objects.listening().count())
