"""How people come in: by invitation only; and mail about accounts goes through the outbox like all other."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from portal.common.away import AWAY
from portal.common.mail import owe_mail


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """An attempt that met a database that is away says nothing about the password: it is not counted.

        It is counted before the password is asked for; five such attempts would lock the person out.
        """
        try:
            return super().authenticate(request, **credentials)
        except AWAY:
            self._rollback_login_failed_rl_usage()
            raise

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, context)
        owe_mail(
            key=f"account:{uuid.uuid4().hex}",
            to_email=email,
            subject=str(message.subject),
            text=str(message.body),
        )
