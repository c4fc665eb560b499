"""docker-compose.yml and Dockerfile say only what exists."""

from __future__ import annotations

import json
import re
import shlex
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from django.core.management import get_commands

from newsreader import settings

PROJECT = Path(__file__).parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SENT = (PROJECT / ".dockerignore").read_text().splitlines()
OURS = [name for name, service in SERVICES.items() if service.get("build")]
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN")
SETTING = re.compile(r'env\.\w+\("([A-Z_]+)"')
OF_THE_IMAGE = {"NEWSREADER_DATA_DIR", "STATIC_ROOT"}
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")


def image_command() -> list[str]:
    """What the image runs unless a service says otherwise."""
    dockerfile = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
    found = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found is not None
    words: list[str] = json.loads(found[1])
    return words


def commands(service: str) -> list[list[str]]:
    """The commands of a service, those inside `sh -c` one by one."""
    words = SERVICES[service].get("command", image_command())
    if words[:2] == ["sh", "-c"]:
        return [shlex.split(part) for part in words[2].split("&&")]
    return [words]


def unknown_options(command: click.Command, words: list[str]) -> set[str]:
    known = {option for parameter in command.params for option in parameter.opts}
    known |= {option for parameter in command.params for option in parameter.secondary_opts}
    return {word.partition("=")[0] for word in words if word.startswith("-")} - known


def program(name: str) -> click.Command:
    found = {"celery": "celery.bin.celery:celery", "granian": "granian.cli:cli"}[name]
    module, _, attribute = found.partition(":")
    command = getattr(import_module(module), attribute)
    (script,) = entry_points(group="console_scripts", name=name)
    assert callable(script.load())
    assert isinstance(command, click.Command)
    return command


def test_every_part_of_the_system_is_a_service() -> None:
    assert {"postgres", "redis", "migrate", "web", "worker", "grouper", "beat"} == set(SERVICES)


@pytest.mark.parametrize("service", OURS)
def test_every_command_exists(service: str) -> None:
    for words in commands(service):
        if words[0] == "python":
            assert (PROJECT / words[1]).is_file()
            assert words[2] in get_commands()
        elif words[0] == "celery":
            celery = program("celery")
            assert isinstance(celery, click.Group)
            subcommand = next(word for word in words[1:] if not word.startswith("-"))
            at = words.index(subcommand)
            assert unknown_options(celery, words[1:at]) == set()
            assert unknown_options(celery.commands[subcommand], words[at + 1 :]) == set()
        else:
            module, _, attribute = words[1].partition(":")
            assert callable(getattr(import_module(module), attribute))
            assert unknown_options(program(words[0]), words[2:]) == set()


def test_the_workers_take_every_queue_that_tasks_are_sent_to() -> None:
    text = " ".join(word for service in ("worker", "grouper") for word in commands(service)[0])
    taken = {queue for some in re.findall(r"--queues=(\S+)", text) for queue in some.split(",")}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert taken == {settings.CELERY_TASK_DEFAULT_QUEUE, *routed}


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_service_has_a_health_check_and_comes_back(service: str) -> None:
    assert SERVICES[service]["healthcheck"]["test"]
    assert SERVICES[service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", sorted(set(OURS) - {"migrate"}))
def test_nothing_starts_before_the_tables_are_there(service: str) -> None:
    conditions = SERVICES[service]["depends_on"]
    assert conditions["migrate"] == {"condition": "service_completed_successfully"}
    assert conditions["postgres"] == conditions["redis"] == {"condition": "service_healthy"}


def test_every_volume_is_declared() -> None:
    mounted = {v.partition(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", SERVICES)
def test_no_secret_is_written_down(service: str) -> None:
    for name, value in SERVICES[service].get("environment", {}).items():
        if SECRET.search(name):
            assert REQUIRED.fullmatch(value), name
        for password in re.findall(r"://\w+:(.*)@", value):
            assert REQUIRED.fullmatch(password), name


@pytest.mark.parametrize("service", OURS)
def test_every_setting_can_be_given_to_a_service_and_nothing_else(service: str) -> None:
    known = set(SETTING.findall(Path(settings.__file__).read_text(encoding="utf-8")))
    assert set(SERVICES[service]["environment"]) == known - OF_THE_IMAGE - {"DEBUG"}


def test_the_image_says_where_its_files_lie() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert set(re.findall(r"\b([A-Z_]+)=/", dockerfile)) - {"PATH"} == OF_THE_IMAGE


def test_the_image_runs_as_an_ordinary_user_and_copies_what_is_there() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    users = re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}
    for source in re.findall(r"^COPY ([\w.]+) ", dockerfile, re.MULTILINE):
        assert (PROJECT / source).exists()
        assert f"!{source}" in SENT


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-semantic.txt"])
def test_the_image_can_be_made_of_either_list_of_packages(name: str) -> None:
    assert (PROJECT / name).is_file()
    assert f"!{name}" in SENT
