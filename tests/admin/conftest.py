"""People at the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(db) -> SignIn:
    """A client for a member of staff with these permissions, or without staff rights at all."""

    def signed_in(*permissions: str, staff: bool = True) -> Client:
        name = f"person{User.objects.count()}"
        user = User.objects.create_user(name, password="secret", is_staff=staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def desk(admin_client: Client) -> Client:
    """A client for somebody who may do everything."""
    return admin_client
