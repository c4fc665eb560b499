"""Signing in at the desk: throttled, short, and with a second factor where it is set up."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models import AuditEntry
from articles.permissions import CURATOR, EDITOR
from articles.pipeline import second_factor
from articles.tasks import forget_sessions
from newsreader import desk as desk_rules
from newsreader.throttle import client_address

LOGIN = "/admin/login/"
ACCOUNT = "/admin/account/"
SET_UP = "/admin/account/second-factor/"
VERIFY = "/admin/account/verify/"
SECRET = "a long secret"


@pytest.fixture
def anna(db) -> User:
    person = User.objects.create_user("anna", password=SECRET, is_staff=True)
    person.groups.set(Group.objects.filter(name=CURATOR))
    return person


def attempt(client: Client, password: str = "wrong", name: str = "anna", **extra: Any) -> Any:
    return client.post(LOGIN, {"username": name, "password": password}, **extra)


def enters(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def code_of(device: TOTPDevice) -> str:
    """What the application on the phone shows."""
    clock = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    clock.time = time.time()
    return f"{clock.token():06d}"


def enrolled(person: User) -> tuple[TOTPDevice, list[str]]:
    """A second factor as if set up long ago, so that no code is used up; its recovery codes."""
    device = second_factor.begin(person)
    codes = second_factor.confirm(device, code_of(device))
    TOTPDevice.objects.update(last_t=-1)
    device.refresh_from_db()
    return device, codes


def patient(person: User) -> None:
    """As if the wait after wrong codes was over."""
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=person).update(throttling_failure_timestamp=None)


def test_who_signs_in_without_having_asked_for_a_page_comes_to_the_first_one(client, anna):
    assert attempt(client, SECRET)["Location"] == "/admin/"


class TestThrottle:
    def test_five_failures_for_a_name_at_an_address_make_it_wait(self, client, anna):
        for _ in range(4):
            assert attempt(client).status_code == 200
        locked = attempt(client)
        assert locked.status_code == 429
        assert locked["Retry-After"] == "900"
        assert "Try again in 15 minutes" in locked.content.decode()
        assert attempt(client, SECRET).status_code == 429
        assert not enters(client)

    def test_the_same_person_gets_in_from_elsewhere(self, client, anna):
        for _ in range(5):
            attempt(client)
        assert attempt(client, SECRET, REMOTE_ADDR="192.0.2.7").status_code == 302

    def test_many_names_from_one_address_are_stopped(self, client, anna):
        for number in range(25):
            last = attempt(client, name=f"guess{number}")
        assert last.status_code == 429
        assert attempt(client, SECRET).status_code == 429

    def test_one_name_from_many_addresses_is_stopped(self, client, anna):
        for number in range(50):
            last = attempt(client, REMOTE_ADDR=f"192.0.2.{number + 1}")
        assert last.status_code == 429
        assert attempt(client, SECRET, REMOTE_ADDR="198.51.100.1").status_code == 429

    def test_another_user_agent_is_no_fresh_start(self, client, anna):
        for number in range(5):
            last = attempt(client, HTTP_USER_AGENT=f"browser {number}")
        assert last.status_code == 429

    def test_the_count_survives_an_emptied_cache(self, client, anna):
        for _ in range(5):
            attempt(client)
        cache.clear()
        assert attempt(client, SECRET).status_code == 429

    def test_it_ends_by_itself(self, client, anna, settings):
        for _ in range(5):
            attempt(client)
        before = AccessAttempt.objects.get().attempt_time - settings.AXES_COOLOFF_TIME
        AccessAttempt.objects.update(attempt_time=before)
        assert attempt(client, SECRET).status_code == 302

    def test_success_forgets_the_failures(self, client, anna):
        for _ in range(4):
            attempt(client)
        assert attempt(client, SECRET).status_code == 302
        client.logout()
        assert attempt(client).status_code == 200

    def test_passwords_are_not_kept_with_the_attempts(self, client, anna):
        attempt(client, "nearly my password")
        assert "nearly" not in str(AccessAttempt.objects.values())

    def test_an_editor_unlocks_a_curator(self, client, anna, make_staff):
        for _ in range(5):
            attempt(client)
        editor = make_staff("edith", EDITOR)
        page = f"/admin/auth/user/{anna.pk}/unlock/"
        assert (
            f'href="{page}"' in editor.get(f"/admin/auth/user/{anna.pk}/change/").content.decode()
        )
        assert "Forget 5 failed attempts" in editor.get(page).content.decode()
        assert attempt(client, SECRET).status_code == 429
        assert "is unlocked" in editor.post(page, follow=True).content.decode()
        assert AuditEntry.objects.get().action == "unlock"
        assert attempt(client, SECRET).status_code == 302


@pytest.fixture
def make_staff(db):
    def made(name: str, group: str) -> Client:
        person = User.objects.create_user(name, password=SECRET, is_staff=True)
        person.groups.set(Group.objects.filter(name=group))
        client = Client()
        client.force_login(person)
        return client

    return made


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [
        (0, "198.51.100.1", "192.0.2.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "unknown", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(settings, proxies, passed, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=passed)
    assert client_address(request) == address


def test_a_server_on_a_socket_knows_no_address():
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


class TestSessions:
    def test_signing_in_changes_the_key_of_the_session(self, client, anna):
        session = client.session
        session["before"] = True
        session.save()
        before = session.session_key
        attempt(client, SECRET)
        assert client.session.session_key != before
        assert not Session.objects.filter(pk=before).exists()

    def test_it_ends_some_hours_after_the_sign_in(self, client, anna, settings):
        attempt(client, SECRET)
        assert enters(client)
        session = client.session
        session[desk_rules.SIGNED_IN] -= settings.SESSION_HOURS * 3600 + 1
        session.save()
        answer = client.get("/admin/articles/source/?q=crier")
        assert answer["Location"] == f"{LOGIN}?next=/admin/articles/source/%3Fq%3Dcrier"
        assert "Your session has ended" in client.get(answer["Location"]).content.decode()
        assert not enters(client)

    def test_it_expires_when_it_is_not_used(self, client, anna, settings):
        attempt(client, SECRET)
        assert client.cookies["sessionid"]["max-age"] == settings.SESSION_IDLE_MINUTES * 60
        assert client.session.get_expiry_age() == settings.SESSION_IDLE_MINUTES * 60

    def test_what_has_ended_is_deleted(self, client, anna):
        Session.objects.create(pk="old", session_data="", expire_date=timezone.now())
        attempt(client, SECRET)
        forget_sessions()
        assert [session.pk for session in Session.objects.all()] == [client.session.session_key]

    def test_using_the_desk_keeps_it(self, client, anna):
        attempt(client, SECRET)
        session = client.session
        session[desk_rules.SEEN] -= desk_rules.SEEN_SECONDS + 1
        session.save()
        assert "sessionid" in client.get("/admin/").cookies
        assert "sessionid" not in client.get("/admin/").cookies

    def test_a_new_password_ends_the_other_sessions(self, client, anna):
        other = Client()
        attempt(client, SECRET)
        attempt(other, SECRET)
        new = "another long secret"
        sent = {"old_password": SECRET, "new_password1": new, "new_password2": new}
        client.post("/admin/password_change/", sent)
        assert enters(client)
        assert not enters(other)

    def test_guessing_the_old_password_is_throttled_too(self, client, anna):
        client.force_login(anna)
        sent = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
        for _ in range(5):
            last = client.post("/admin/password_change/", sent)
        assert last.status_code == 429

    def test_a_new_password_is_recorded_and_not_what_it_is(self, client, anna):
        client.force_login(anna)
        new = "another long secret"
        sent = {"old_password": SECRET, "new_password1": new, "new_password2": new}
        assert "Change password" in client.get("/admin/password_change/").content.decode()
        client.post("/admin/password_change/", sent)
        entry = AuditEntry.objects.get()
        assert (entry.by_name, entry.action, entry.object_text) == ("anna", "change", "anna")
        assert entry.changes == {"password": ["…", "…"]}

    def test_signing_out_everywhere_leaves_this_session_alone(self, client, anna):
        other = Client()
        attempt(client, SECRET)
        attempt(other, SECRET)
        page = "/admin/account/sign-out-everywhere/"
        assert "not your password" in client.post(page, {"password": "x"}).content.decode()
        assert enters(other)
        assert client.post(page, {"password": SECRET})["Location"] == ACCOUNT
        assert enters(client)
        assert not enters(other)
        assert attempt(other, SECRET).status_code == 302


class TestSettingUp:
    def test_it_takes_the_password_and_a_code(self, client, anna):
        client.force_login(anna)
        assert client.get(SET_UP).status_code == 200
        assert not TOTPDevice.objects.exists()
        assert "not your password" in client.post(SET_UP, {"password": "x"}).content.decode()
        client.post(SET_UP, {"password": SECRET})
        device = TOTPDevice.objects.get()
        assert not device.confirmed
        page = client.get(SET_UP).content.decode()
        assert "<svg" in page
        assert "not right" in client.post(SET_UP, {"code": "000000"}).content.decode()
        patient(anna)
        shown = client.post(SET_UP, {"code": code_of(device)}).content.decode()
        codes = re.findall(r"<code[^>]*>([a-z2-7]{5}-[a-z2-7]{5})</code>", shown)
        assert len(set(codes)) == 10
        assert second_factor.is_on(anna)
        assert enters(client)
        assert not StaticToken.objects.filter(
            token__in=[c.replace("-", "") for c in codes]
        ).exists()
        assert "10 recovery codes are left" in client.get(ACCOUNT).content.decode()

    def test_a_key_is_shown_only_where_the_password_was_given(self, client, anna):
        second_factor.begin(anna)
        client.force_login(anna)
        assert "<svg" not in client.get(SET_UP).content.decode()

    def test_guessing_the_password_there_is_throttled_too(self, client, anna):
        client.force_login(anna)
        for _ in range(5):
            last = client.post(SET_UP, {"password": "wrong"})
        assert last.status_code == 429

    def test_another_phone_takes_the_place_of_the_first(self, client, anna):
        first, _ = enrolled(anna)
        client.force_login(anna)
        client.post(VERIFY, {"code": code_of(first)})
        client.post(SET_UP, {"password": SECRET})
        second = TOTPDevice.objects.get(confirmed=False)
        client.post(SET_UP, {"code": code_of(second)})
        assert TOTPDevice.objects.get() == second
        assert enters(client)

    def test_new_recovery_codes_end_the_old_ones(self, client, anna):
        device, old = enrolled(anna)
        client.force_login(anna)
        client.post(VERIFY, {"code": code_of(device)})
        page = "/admin/account/recovery-codes/"
        assert client.get(page).status_code == 200
        assert "shown again" in client.post(page, {"password": SECRET}).content.decode()
        other = Client()
        other.force_login(anna)
        assert "not right" in other.post(VERIFY, {"code": old[0]}).content.decode()

    def test_switching_it_off_takes_the_password(self, client, anna):
        device, _ = enrolled(anna)
        client.force_login(anna)
        client.post(VERIFY, {"code": code_of(device)})
        page = "/admin/account/second-factor/remove/"
        client.get(page)
        client.post(page, {"password": "wrong"})
        assert second_factor.is_on(anna)
        assert client.post(page, {"password": SECRET}).status_code == 302
        assert not second_factor.is_on(anna)
        actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
        assert list(actions) == ["second_factor_on", "recovery_codes", "second_factor_off"]


class TestSecondStep:
    @pytest.fixture
    def device(self, anna) -> TOTPDevice:
        return enrolled(anna)[0]

    def test_the_password_alone_opens_nothing(self, client, anna, device):
        attempt(client, SECRET)
        for page in (
            "",
            "articles/source/",
            "account/",
            "account/second-factor/",
            "password_change/",
        ):
            answer = client.get(f"/admin/{page}")
            assert answer["Location"].startswith(VERIFY), page
        removing = client.post("/admin/account/second-factor/remove/", {"password": SECRET})
        assert removing["Location"].startswith(VERIFY)
        assert second_factor.is_on(anna)

    def test_the_code_does_and_leads_where_one_was_going(self, client, anna, device):
        attempt(client, SECRET)
        wanted = client.get("/admin/articles/source/")["Location"]
        assert client.get(wanted).status_code == 200
        before = client.session.session_key
        answer = client.post(wanted, {"code": code_of(device)})
        assert answer["Location"] == "/admin/articles/source/"
        assert enters(client)
        assert client.session.session_key != before

    def test_it_leads_nowhere_else(self, client, anna, device):
        attempt(client, SECRET)
        answer = client.post(f"{VERIFY}?next=https://evil.example/", {"code": code_of(device)})
        assert answer["Location"] == "/admin/"

    def test_a_code_is_good_once(self, client, anna, device):
        code = code_of(device)
        attempt(client, SECRET)
        client.post(VERIFY, {"code": code})
        other = Client()
        attempt(other, SECRET)
        assert "not right" in other.post(VERIFY, {"code": code}).content.decode()
        assert not enters(other)

    def test_after_a_wrong_code_the_right_one_has_to_wait(self, client, anna, device, settings):
        settings.OTP_TOTP_THROTTLE_FACTOR = 600  # seconds, so that the test may be slow
        attempt(client, SECRET)
        client.post(VERIFY, {"code": "000000"})
        answer = client.post(VERIFY, {"code": code_of(device)}).content.decode()
        assert "Too many wrong codes" in answer
        assert not enters(client)
        patient(anna)
        assert client.post(VERIFY, {"code": code_of(device)}).status_code == 302

    def test_wrong_recovery_codes_have_to_wait_too(self, client, anna, device, settings):
        settings.OTP_STATIC_THROTTLE_FACTOR = 600
        attempt(client, SECRET)
        assert "not right" in client.post(VERIFY, {"code": "aaaaa-aaaaa"}).content.decode()
        assert "Too many" in client.post(VERIFY, {"code": "aaaaa-aaaab"}).content.decode()

    def test_a_recovery_code_is_good_once(self, client, anna):
        _, codes = enrolled(anna)
        attempt(client, SECRET)
        typed = f" {codes[3].upper()} "
        assert client.post(VERIFY, {"code": typed}).status_code == 302
        assert enters(client)
        assert AuditEntry.objects.latest("pk").changes == {"left": 9}
        other = Client()
        attempt(other, SECRET)
        assert "not right" in other.post(VERIFY, {"code": codes[3]}).content.decode()

    def test_the_code_of_another_person_opens_nothing(self, client, anna, device):
        other = User.objects.create_user("otto", password=SECRET, is_staff=True)
        _, codes = enrolled(other)
        attempt(client, SECRET)
        assert "not right" in client.post(VERIFY, {"code": codes[0]}).content.decode()
        assert not enters(client)

    def test_one_can_sign_out_at_that_point(self, client, anna, device):
        attempt(client, SECRET)
        assert client.post("/admin/logout/").status_code == 200
        assert client.get("/admin/")["Location"].startswith(LOGIN)

    def test_an_editor_resets_it_and_that_is_recorded(self, client, anna, device, make_staff):
        editor, curator = make_staff("edith", EDITOR), make_staff("carl", CURATOR)
        page = f"/admin/auth/user/{anna.pk}/reset-second-factor/"
        assert curator.post(page).status_code == 403
        assert editor.get(page).status_code == 200
        assert second_factor.is_on(anna)
        assert "is off" in editor.post(page, follow=True).content.decode()
        entry = AuditEntry.objects.latest("pk")
        assert (entry.by_name, entry.action, entry.object_text) == (
            "edith",
            "second_factor_off",
            "anna",
        )
        attempt(client, SECRET)
        assert enters(client)

    def test_an_editor_resets_no_administrators(self, anna, make_staff):
        root = User.objects.create_superuser("root", password=SECRET)
        enrolled(root)
        editor = make_staff("edith", EDITOR)
        for action in ("reset-second-factor", "unlock"):
            page = f"/admin/auth/user/{root.pk}/{action}/"
            assert editor.get(page).status_code == editor.post(page).status_code == 403
        assert second_factor.is_on(root)


class TestForced:
    @pytest.fixture(autouse=True)
    def forced(self, settings):
        settings.STAFF_TWO_FACTOR = True

    def test_nothing_opens_before_it_is_set_up(self, client, anna):
        attempt(client, SECRET)
        for page in ("", "articles/source/", "account/"):
            assert client.get(f"/admin/{page}")["Location"].startswith(SET_UP), page
        answer = client.post("/admin/articles/topic/add/", {"name": "Sport", "slug": "sport"})
        assert answer["Location"].startswith(SET_UP)
        client.post(SET_UP, {"password": SECRET})
        client.post(SET_UP, {"code": code_of(TOTPDevice.objects.get())})
        assert enters(client)

    def test_administrators_are_no_exception(self, desk):
        assert desk.get("/admin/")["Location"].startswith(SET_UP)

    def test_readers_of_the_public_pages_are_not_asked(self, client, anna):
        attempt(client, SECRET)
        assert client.get("/about/").status_code == 200


def test_whoever_is_no_staff_has_no_account_pages(db):
    client = Client()
    client.force_login(User.objects.create_user("rita", password=SECRET))
    for page in (ACCOUNT, SET_UP, VERIFY):
        assert client.get(page)["Location"].startswith(LOGIN)
