"""Accounts and groups: who manages people can make nobody more than themselves."""

from __future__ import annotations

from typing import Any, cast

from axes.models import AccessAttempt
from axes.utils import reset
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, ManyToManyField, Model, OuterRef, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from articles.admin.base import DeskAdmin, word_if
from articles.pipeline import audit, second_factor

admin.site.unregister([User, Group])
# Their pages at the desk would show the keys of everybody's second factor.
admin.site.unregister([StaticDevice, TOTPDevice])

OF_RANK = frozenset({"is_superuser", "user_permissions"})
"""Fields that only administrators see and set."""
OF_STANDING = ("is_active", "is_staff", "groups")
"""Fields that nobody sets of themselves: who could would lock themselves out, or raise."""


@admin.register(User)
class AccountAdmin(UserAdmin, DeskAdmin):  # type: ignore[misc, type-arg]
    """Accounts. Those who hold a permission that one lacks can be seen, and no more."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        *("username", "first_name", "last_name", "is_staff", "in_groups", "two_factors"),
        "last_login",
    )
    list_filter = ("is_staff", "is_active", "groups")
    actions_detail = ("unlock", "reset_second_factor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return people.prefetch_related("groups").annotate(has_device=Exists(device))

    @admin.display(description=_("groups"))
    def in_groups(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all()) or "–"

    @admin.display(description=_("second factor"))
    def two_factors(self, person: User) -> str:
        return word_if(vars(person)["has_device"], gettext("on"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (not isinstance(obj, User) or manages(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (
            not isinstance(obj, User) or (manages(request.user, obj) and obj != request.user)
        )

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (name, {**options, "fields": [f for f in options["fields"] if f not in OF_RANK]})
            for name, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, *OF_STANDING) if obj == request.user else fixed

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **options: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        if db_field.name == "groups":
            options["queryset"] = grantable(request.user)
        field: ModelMultipleChoiceField[Any] | None = super().formfield_for_manytomany(
            db_field, request, **options
        )
        return field

    def has_manage_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        person = self.get_object(request, unquote(str(object_id)))
        return person is not None and self.has_change_permission(request, person)

    @action(  # type: ignore[untyped-decorator]
        description=_("Unlock the sign-in"), url_path="unlock", permissions=["manage"]
    )
    def unlock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forget the failed attempts to sign in by this name, wherever they came from."""
        person = self._managed(request, object_id)
        name = person.get_username()
        if request.method != "POST":
            failures = sum(
                AccessAttempt.objects.filter(username=name).values_list(
                    "failures_since_start", flat=True
                )
            )
            question = ngettext(
                "Forget %(count)d failed attempt to sign in as %(name)s?",
                "Forget %(count)d failed attempts to sign in as %(name)s?",
                failures,
            )
            words = question % {"count": failures, "name": name}
            return self._confirmation(request, gettext("Unlock the sign-in"), words)
        with transaction.atomic():
            reset(username=name)
            audit.record(request.user, "unlock", person)
        self.message_user(request, gettext("The sign-in is unlocked."), messages.SUCCESS)
        return redirect("admin:auth_user_change", person.pk)

    @action(  # type: ignore[untyped-decorator]
        description=_("Reset the second factor"),
        url_path="reset-second-factor",
        permissions=["manage"],
    )
    def reset_second_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For somebody who has neither their phone nor a recovery code any more."""
        person = self._managed(request, object_id)
        if request.method != "POST":
            question = gettext(
                "Take the second factor of %(name)s away? Make sure that it is they who ask."
            )
            words = question % {"name": person.get_username()}
            return self._confirmation(request, gettext("Reset the second factor"), words)
        if second_factor.remove(person, cast(User, request.user)):
            self.message_user(request, gettext("The second factor is off."), messages.SUCCESS)
        else:
            self.message_user(request, gettext("There was no second factor."))
        return redirect("admin:auth_user_change", person.pk)

    def _managed(self, request: HttpRequest, object_id: str) -> User:
        """The person, if it is for the one who asks to manage them."""
        person: User | None = self.get_object(request, unquote(object_id))
        if person is None:
            raise Http404(gettext("There is no such account."))
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person

    def _confirmation(self, request: HttpRequest, title: str, question: str) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        asked = {"title": title, "question": question, "label": title, "form": forms.Form()}
        return TemplateResponse(request, "admin/account/form.html", shared | asked)


@admin.register(Group)
class PermissionsAdmin(GroupAdmin, DeskAdmin):  # type: ignore[misc]
    """Groups. Whoever could change one could give themselves anything: administrators alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.is_superuser


def manages(by: Any, person: User) -> bool:
    """Whether `by` has every permission that the person has, or would have if active."""
    if by.is_superuser:
        return True
    return not person.is_superuser and held(person) <= by.get_all_permissions()


def held(person: User) -> set[str]:
    """What the person was given, by name or through groups; also while the account is off."""
    own = person.user_permissions.values_list("content_type__app_label", "codename")
    through = person.groups.values_list(
        "permissions__content_type__app_label", "permissions__codename"
    )
    return {f"{label}.{name}" for label, name in own.union(through) if name}


def grantable(by: Any) -> QuerySet[Group]:
    """The groups that give nothing that `by` lacks."""
    if by.is_superuser:
        return Group.objects.all()
    given = Group.objects.values_list(
        "pk", "permissions__content_type__app_label", "permissions__codename"
    )
    has = by.get_all_permissions()
    beyond = {group for group, label, name in given if name and f"{label}.{name}" not in has}
    return Group.objects.exclude(pk__in=beyond)
