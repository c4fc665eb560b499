"""Accounts and groups: who manages people can make nobody more than themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Model, QuerySet
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from articles.admin.base import DeskAdmin

admin.site.unregister(User)
admin.site.unregister(Group)

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
    list_display = ("username", "first_name", "last_name", "is_staff", "in_groups", "last_login")
    list_filter = ("is_staff", "is_active", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        people: QuerySet[User] = super().get_queryset(request)
        return people.prefetch_related("groups")

    @admin.display(description=_("groups"))
    def in_groups(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all()) or "–"

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
