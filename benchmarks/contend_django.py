"""Plain Django, as a reader would write the same form without mizzle: a peer of the lane `web`.

Nothing of mizzle is in here. The database is Django's own backend, told to sync every commit; the bare view has no
middleware, and the whole one has what `startproject` gives: sessions, users, the check against forged forms.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contend import main
from pressing import TOKEN, call, rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from contend import Check, Work

urlpatterns: list[Any] = []
"""The addresses; this module is its URLconf."""
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)


def _sqlite(folder: Path) -> dict[str, Any]:
    synced = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "plain.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": synced},
    }


def _postgresql(url: str) -> dict[str, Any]:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 600,
    }


def _open(folder: str, url: str) -> str:
    """Set Django up, make its tables, and sign somebody in; gives the cookies."""
    import django
    from django.conf import settings

    sys.modules["contend_django"] = sys.modules[__name__]
    settings.configure(
        SECRET_KEY="k" * 50,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="contend_django",
        MIDDLEWARE=MIDDLEWARE,
        INSTALLED_APPS=(
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
        ),
        DATABASES={"default": _postgresql(url) if url else _sqlite(Path(folder))},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    user, _made = User.objects.get_or_create(username="ida", defaults={"is_superuser": True})
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session.create()
    return f"sessionid={session.session_key}; csrftoken={TOKEN}"


def _views() -> dict[str, Callable[[HttpRequest], HttpResponse]]:
    from django import forms
    from django.contrib.auth.decorators import login_required, permission_required
    from django.db import connection, models, transaction
    from django.http import HttpResponse
    from django.shortcuts import redirect

    class Person(models.Model):
        name = models.CharField(max_length=120)
        email = models.EmailField(blank=True)
        code = models.CharField(max_length=40, blank=True)
        language = models.CharField(max_length=5, blank=True)

        class Meta:
            app_label = "contend"

        def __str__(self) -> str:
            return self.name

    class NewPerson(forms.Form):
        name = forms.CharField(max_length=120)
        email = forms.EmailField(required=False)
        code = forms.CharField(max_length=40, required=False)
        language = forms.ChoiceField(choices=[("", "-"), ("en", "English"), ("es", "Español")], required=False)

    with connection.schema_editor() as editor:
        editor.create_model(Person)
    insert = "INSERT INTO contend_person (name, email, code, language) VALUES (%s, '', '', '')"

    def bare(request: HttpRequest) -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(insert, [request.POST["name"]])
        return HttpResponse(status=204)

    @login_required
    @permission_required("contend.add_person", raise_exception=True)
    def whole(request: HttpRequest) -> HttpResponse:
        form = NewPerson(request.POST)
        if not form.is_valid():
            return HttpResponse(status=422)
        with transaction.atomic():
            Person(**form.cleaned_data).save()
        return redirect("whole")

    return {"bare": bare, "whole": whole}


def writes(folder: str, seconds: float, url: str) -> tuple[Work, Check]:
    """Count writes: by a bare view, and by one with the default middleware, a form and a row."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.test.utils import override_settings
    from django.urls import path

    cookies = _open(folder, url)
    urlpatterns[:] = [path(name, view, name=name) for name, view in _views().items()]
    form = {"email": "", "code": "", "language": ""}

    def work() -> dict[str, float]:
        with override_settings(MIDDLEWARE=()):
            small = WSGIHandler()
            bare = rate(lambda name: call(204, small, "/bare", cookies, {"name": name}), seconds)
        whole = WSGIHandler()
        return {
            "bare": bare,
            "whole": rate(lambda name: call(302, whole, "/whole", cookies, form | {"name": name}), seconds),
        }

    return work, lambda found: found


if __name__ == "__main__":
    main({"writes": writes})
