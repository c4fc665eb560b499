"""The second factor of a sign-in: time-based codes (TOTP, RFC 6238) and recovery codes.

django-otp keeps both, refuses a code that was used, and makes each failure wait twice as long as
the one before. Recovery codes are kept as digests only.
"""

from __future__ import annotations

import secrets
from base64 import b32encode

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.pipeline import audit

CODES = 10
CODE_BYTES = 8
DIGITS = 6


class CodeError(Exception):
    """Why a code is not accepted, in words for the person."""


def begin(user: User) -> TOTPDevice:
    """A new key, which counts once it is confirmed; one that was begun before is forgotten."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(user=user, name="TOTP", confirmed=False)


def begun(user: User, number: object) -> TOTPDevice | None:
    """The device of that number that the person began to set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=False, pk=number).first()


def confirm(device: TOTPDevice, code: str) -> list[str]:
    """Make it the person's second factor, in place of any other: the new recovery codes.

    Raises `CodeError`.
    """
    if not _check(TOTPDevice, {"pk": device.pk, "confirmed": False}, _plain(code)):
        raise CodeError(_("This code is not right. Check the clock of your device."))
    user = device.user
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        audit.record(user, "second_factor_on", user)
        return renew_codes(user)


def verify(user: User, code: str) -> Device:
    """The device that the code is of: a time-based one, or a recovery code, which is used up.

    Raises `CodeError`.
    """
    code = _plain(code)
    timed = code.isdecimal() and len(code) == DIGITS
    model, token = (TOTPDevice, code) if timed else (StaticDevice, _digest(user, code))
    device = _check(model, {"user": user, "confirmed": True}, token)
    if not device:
        raise CodeError(_("This code is not right."))
    if not timed:
        audit.record(user, "recovery_code", user, {"left": codes_left(user)})
    return device


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """New recovery codes, the only time that they can be read; the old ones end."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode()[:10].lower() for _ in range(CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_digest(user, code)) for code in codes
    )
    audit.record(user, "recovery_codes", user, {"new": CODES})
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@transaction.atomic
def remove(user: User, by: User) -> bool:
    """Take the person's second factor and recovery codes away: whether there were any."""
    gone = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    if any(gone):
        audit.record(by, "second_factor_off", user)
    return any(gone)


def is_on(user: User) -> bool:
    found: bool = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return found


def codes_left(user: User) -> int:
    count: int = StaticToken.objects.filter(device__user=user).count()
    return count


def _check(model: type[Device], wanted: dict[str, object], token: str) -> Device | None:
    """The device, if it takes the token. One attempt at a time; failures stay counted.

    Raises `CodeError` while the device waits after failures.
    """
    with transaction.atomic():
        device = model.objects.select_for_update().filter(**wanted).first()
        if device is None:
            return None
        allowed, _why = device.verify_is_allowed()
        if not allowed:
            raise CodeError(_("Too many wrong codes. Wait a little, then try again."))
        return device if device.verify_token(token) else None


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _digest(user: User, code: str) -> str:
    """Sixteen characters that only this installation can compute from the code."""
    digest = salted_hmac(f"recovery-code-{user.pk}", code, algorithm="sha256").digest()
    return b32encode(digest[:10]).decode().lower()
