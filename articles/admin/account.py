"""One's own account at the desk: the second factor, recovery codes, and signing out everywhere."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable
from typing import Any, cast

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as verified
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AdminOwnPasswordChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from articles.admin.changes import HIDDEN
from articles.pipeline import audit, second_factor
from articles.pipeline.second_factor import CodeError

BEGUN = "second_factor_begun"
"""Key of the session: the device whose key this session may show."""


class PasswordForm(forms.Form):
    """Asks for the password again; failures count as those of signing in do."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        name = _person(self.request).get_username()
        if authenticate(self.request, username=name, password=password) is None:
            raise ValidationError(_("This is not your password."))
        return password


class NewPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """Failures to give the old one count as those of signing in do."""

    def __init__(self, request: HttpRequest, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.request = request

    def clean_old_password(self) -> str:
        authenticate(
            self.request,
            username=self.user.get_username(),
            password=self.cleaned_data["old_password"],
        )
        old: str = super().clean_old_password()
        return old


class ChangePassword(PasswordChangeView):
    """Django's, throttled and recorded."""

    form_class = NewPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {**super().get_context_data(**context), **admin.site.each_context(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            audit.record(self.request.user, "change", form.user, {"password": [HIDDEN, HIDDEN]})
            return super().form_valid(form)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


def account(request: HttpRequest) -> HttpResponse:
    """What protects the account, and where to change it."""
    person = _person(request)
    context = {
        "title": gettext("Sign-in and security"),
        "on": second_factor.is_on(person),
        "codes_left": second_factor.codes_left(person),
        "forced": settings.STAFF_TWO_FACTOR,
    }
    return _page(request, "admin/account/overview.html", context)


def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Ask for the password, then show a new key until a code of it confirms it."""
    device = second_factor.begun(_person(request), request.session.get(BEGUN))
    if device is not None:
        return _confirm(request, device)
    form = PasswordForm(request)
    if form.is_valid():
        request.session[BEGUN] = second_factor.begin(_person(request)).pk
        return redirect("admin:second_factor")
    question = gettext(
        "A second factor is a code that an application on your phone makes anew every half minute."
        " With it, your password alone opens nothing. Enter your password to begin."
    )
    return _ask(request, form, gettext("Set up a second factor"), question, gettext("Continue"))


def _confirm(request: HttpRequest, device: TOTPDevice) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = second_factor.confirm(device, form.cleaned_data["code"])
        except CodeError as error:
            form.add_error("code", str(error))
        else:
            del request.session[BEGUN]
            _verify(request, device)
            return _codes(request, codes)
    context = {
        "title": gettext("Set up a second factor"),
        "form": form,
        # Of our own making, from an address that the library has encoded.
        "picture": mark_safe(_picture(device.config_url)),  # noqa: S308
        "key": _grouped(b32encode(device.bin_key).decode()),
    }
    return _page(request, "admin/account/set_up.html", context)


def verify(request: HttpRequest) -> HttpResponse:
    """The second step of signing in."""
    person = _person(request)
    onward = _next(request)
    if not second_factor.is_on(person):
        return redirect(onward)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device = second_factor.verify(person, form.cleaned_data["code"])
        except CodeError as error:
            form.add_error("code", str(error))
        else:
            _verify(request, device)
            return redirect(onward)
    question = gettext(
        "Enter the code that the application on your phone shows, or one of your recovery codes."
    )
    return _ask(request, form, gettext("Second factor"), question, gettext("Continue"))


def recovery_codes(request: HttpRequest) -> HttpResponse:
    person = _person(request)
    if not second_factor.is_on(person):
        return redirect("admin:second_factor")
    form = PasswordForm(request)
    if form.is_valid():
        return _codes(request, second_factor.renew_codes(person))
    question = gettext("Make ten new recovery codes? Those that you have are worth nothing then.")
    return _ask(request, form, gettext("New recovery codes"), question, gettext("Make new codes"))


def remove(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off."""
    form = PasswordForm(request)
    if form.is_valid():
        person = _person(request)
        if second_factor.remove(person, person):
            messages.success(request, gettext("The second factor is off."))
        return redirect("admin:account")
    question = gettext("Your password alone will open the desk. Switch the second factor off?")
    return _ask(request, form, gettext("Second factor"), question, gettext("Switch off"))


def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions: they hold a digest of the stored password, which is salted anew."""
    form = PasswordForm(request)
    if form.is_valid():
        person = User.objects.get(pk=_person(request).pk)
        person.set_password(form.cleaned_data["password"])
        with transaction.atomic():
            person.save(update_fields=["password"])
            audit.record(person, "sign_out_everywhere", person)
        update_session_auth_hash(request, person)
        messages.success(request, gettext("You are signed out everywhere but here."))
        return redirect("admin:account")
    question = gettext("End your sessions in all other browsers and on all other devices?")
    return _ask(request, form, gettext("Sign out everywhere"), question, gettext("Sign out"))


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """What `axes` shows in place of any answer after too many failures."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {
        **admin.site.each_context(request),
        "title": gettext("Too many failed attempts to sign in"),
        "minutes": seconds // 60,
    }
    locked = TemplateResponse(request, "admin/account/locked.html", context, status=429)
    locked["Retry-After"] = str(seconds)
    return locked.render()


PAGES: dict[str, tuple[str, Callable[..., HttpResponseBase]]] = {
    "account": ("account/", account),
    "second_factor": ("account/second-factor/", second_factor_page),
    "remove_second_factor": ("account/second-factor/remove/", remove),
    "recovery_codes": ("account/recovery-codes/", recovery_codes),
    "sign_out_everywhere": ("account/sign-out-everywhere/", sign_out_everywhere),
    "verify": ("account/verify/", verify),
    "password_change": ("password_change/", ChangePassword.as_view()),
}
"""Name → address and view; the last stands in for Django's own."""


def urls() -> list[URLPattern]:
    """For everybody who may enter the desk, and about themselves only."""
    return [
        path(address, admin.site.admin_view(sensitive_post_parameters()(view)), name=name)
        for name, (address, view) in PAGES.items()
    ]


# The hook that the theme has for a site's own pages.
admin.site.extra_urls = urls  # type: ignore[attr-defined]


def _verify(request: HttpRequest, device: Any) -> None:
    """The session is one of two factors from here on, and so gets a new key."""
    verified(request, device)
    request.session.cycle_key()


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"title": gettext("Your recovery codes"), "codes": codes}
    return _page(request, "admin/account/codes.html", context)


def _ask(
    request: HttpRequest, form: forms.Form, title: str, question: str, label: str
) -> HttpResponse:
    context = {"form": form, "title": title, "question": question, "label": label}
    return _page(request, "admin/account/form.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


def _person(request: HttpRequest) -> User:
    """`admin_view` lets nobody else in."""
    return cast(User, request.user)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go, if it is a page of ours."""
    wanted = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("admin:index")


def _grouped(key: str) -> str:
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def _picture(address: str) -> str:
    """A QR code as SVG, dark on light in either theme."""
    picture: str = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff")
    return picture
