"""The catalogues of the interface's words: complete, current, and true to what they translate."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from django.core.management import call_command
from django.utils.translation import override

from articles.web import wording
from newsreader import messages

LANGUAGES = ["de", "fr", "es"]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
TAG = re.compile(r"</?\w[^>]*>")
# A sign that French sets off by a space must have one that does not break, and so must a quotation.
FRENCH_SIGN = re.compile(r"[^\u00a0:][;!?»]|[^\u00a0/\w]:|\w: |«[^\u00a0]")


def translations(language: str) -> Iterator[tuple[Message, str, str]]:
    """Each form of each translated message: the message, what is translated, the translation."""
    for message in messages.kept(language):
        if message.id:
            words = messages.forms(message.id)
            for number, string in enumerate(messages.forms(message.string)):
                yield message, words[min(number, len(words) - 1)], string


def test_the_languages_of_the_menu_are_those_translated_into():
    assert messages.languages() == LANGUAGES


@pytest.fixture(scope="module")
def sources() -> Catalog:
    return messages.found()


@pytest.mark.parametrize("language", LANGUAGES)
class TestEachCatalogue:
    def test_is_as_the_command_would_write_it(self, language, sources):
        # So no message of the sources is missing, none is left over, and both files agree. If this
        # fails: `manage.py messages`.
        files, merged = messages.Files(language), messages.merged(language, sources)
        assert files.po.read_text(encoding="utf-8") == messages.written(merged).decode()
        assert files.mo.read_bytes() == messages.compiled(merged)

    def test_leaves_nothing_untranslated_or_doubtful(self, language):
        catalogue = messages.kept(language)
        assert messages.missing(catalogue) == []
        assert not any(message.fuzzy for message in catalogue if message.id)
        assert not catalogue.obsolete

    def test_has_every_plural_form(self, language):
        catalogue = messages.kept(language)
        plurals = [message for message in catalogue if message.pluralizable]
        assert plurals
        assert {len(messages.forms(message.string)) for message in plurals} == {
            catalogue.num_plurals
        }

    def test_keeps_placeholders(self, language):
        for message, words, string in translations(language):
            had, has = set(PLACEHOLDER.findall(words)), set(PLACEHOLDER.findall(string))
            if message.pluralizable:  # "one outlet" may do without its number
                had |= set(PLACEHOLDER.findall(message.id[1]))
                assert has <= had, words
            else:
                assert has == had, words

    def test_keeps_tags_and_their_attributes(self, language):
        for _, words, string in translations(language):
            assert Counter(TAG.findall(string)) == Counter(TAG.findall(words)), words

    def test_begins_and_ends_as_what_it_translates(self, language):
        for _, words, string in translations(language):
            assert string.strip() == string, words
            assert words.endswith(".") == string.endswith("."), words

    def test_is_read_by_gettext(self, language):
        with messages.Files(language).mo.open("rb") as file:
            read = gettext.GNUTranslations(file)
        assert read.gettext("Sources") not in {"", None}
        one, many = "%(count)d outlet", "%(count)d outlets"
        assert read.ngettext(one, many, 1) != read.ngettext(one, many, 2)


def test_french_signs_are_set_off_by_spaces_that_do_not_break():
    for _, _, string in translations("fr"):
        plain = TAG.sub("", string)
        assert not FRENCH_SIGN.search(plain), plain
        assert "'" not in plain, plain


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [("de", "1 Medium", "2 Medien"), ("fr", "1 média", "2 médias"), ("es", "1 medio", "2 medios")],
)
def test_plurals_follow_each_language(language, one, many):
    with override(language):
        assert (wording.outlets(1), wording.outlets(2)) == (one, many)
        assert wording.outlets(0).startswith("0 " + (one if language == "fr" else many)[2:])


def test_the_command_says_so_when_all_is_translated(capsys, tmp_path, settings):
    for language in LANGUAGES:
        copy = tmp_path / language / "LC_MESSAGES" / "django.po"
        copy.parent.mkdir(parents=True)
        copy.write_bytes(messages.Files(language).po.read_bytes())
    settings.LOCALE_PATHS = [tmp_path]
    call_command("messages")
    assert "All is translated into de, fr, es." in capsys.readouterr().out
    assert messages.Files("de").mo.stat().st_size
