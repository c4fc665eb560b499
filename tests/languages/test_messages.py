"""Finding the messages of the sources, and keeping what was translated."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from newsreader import messages

TEMPLATE = """{% load i18n %}
<p title="{% translate 'A title' %}">it's not "marked"
    {% blocktranslate count count=n with outlet=o.name trimmed %}
        also in {{ outlet }}
    {% plural %}
        also in {{ count }} outlets
    {% endblocktranslate %}</p>
  {# Translators: of a list #}
{% translate "Latest" context "list" %} {{ _("Constant") }} {% translate "100 % sure" %}
"""
CODE = """
from django.utils.translation import gettext as _, ngettext
words = _("Plain %(name)s") + ngettext("%(count)d day",
    "%(count)d days", 3) + "not marked" + _("two "
    "parts")
"""


@pytest.fixture
def project(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(messages, "names", lambda: ["first seen"])
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "wording.py").write_text(CODE)
    return tmp_path


def ids(catalogue) -> dict[object, str | None]:
    return {message.id: message.context for message in catalogue if message.id}


def test_messages_are_found_in_templates_code_and_names_of_fields(project):
    assert ids(messages.found()) == {
        "A title": None,
        ("also in %(outlet)s", "also in %(count)s outlets"): None,
        "Latest": "list",
        "Constant": None,
        "100 %% sure": None,
        "Plain %(name)s": None,
        ("%(count)d day", "%(count)d days"): None,
        "two parts": None,
        "first seen": None,
    }


def test_what_is_untranslated_is_named_and_fails_the_command(project, capsys):
    with pytest.raises(CommandError, match="Not all is translated"):
        call_command("messages")
    assert "de: Plain %(name)s" in capsys.readouterr().err


def test_a_translation_is_kept_and_goes_with_its_message(project: Path):
    messages.update("de")
    po = messages.Files("de").po
    po.write_text(po.read_text().replace('"two parts"\nmsgstr ""', '"two parts"\nmsgstr "zwei"'))
    messages.update("de")
    assert "zwei" in {message.string for message in messages.kept("de")}

    (project / "articles" / "wording.py").write_text("")
    messages.update("de")
    assert messages.kept("de").get("two parts") is None
    assert "zwei" not in po.read_text()


def test_where_a_message_stands_in_its_file_does_not_show(project):
    messages.update("fr")
    before = messages.Files("fr").po.read_bytes()
    file = project / "articles" / "wording.py"
    file.write_text("\n\n\n" + file.read_text())
    messages.update("fr")
    assert messages.Files("fr").po.read_bytes() == before


def test_a_message_that_becomes_plural_is_to_be_translated_again(project):
    messages.update("es")
    po = messages.Files("es").po
    po.write_text(po.read_text().replace('"two parts"\nmsgstr ""', '"two parts"\nmsgstr "dos"'))
    file = project / "articles" / "wording.py"
    file.write_text('words = ngettext("two parts", "many parts", 3)')
    assert "two parts" in messages.update("es")["es"]
