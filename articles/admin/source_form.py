"""The form of a source: what is checked before it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from articles.pipeline.blocking import words_of

MOST_WORDS = 200
LONGEST_WORD = 100


class LinesField(forms.CharField):
    """A list of short texts, one in a line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (" ".join(line.split()) for line in str(value or "").splitlines())
        return list(dict.fromkeys(filter(None, lines)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        before: list[str] = list(initial or [])
        return bool(before != self.to_python(data))


class SourceForm(forms.ModelForm):  # type: ignore[type-arg]
    """The desk tells which fields there are."""

    blocked_words = LinesField(
        label=_("Blocked words"),
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text=_(
            "One word or phrase in a line. What has one of them in its headline or summary is"
            " kept, but shown nowhere: also what was published in the last 14 days. Whole words"
            " count, in any case and with or without accents; a word that is taken off the list"
            " brings back what it withheld."
        ),
    )

    def clean_blocked_words(self) -> list[str]:
        words: list[str] = self.cleaned_data["blocked_words"]
        if len(words) > MOST_WORDS:
            raise ValidationError(gettext("At most %(most)d lines.") % {"most": MOST_WORDS})
        for word in words:
            if len(word) > LONGEST_WORD or not words_of(word):
                raise ValidationError(
                    gettext("“%(word)s” is no word or phrase of at most %(most)d characters.")
                    % {"word": word[:LONGEST_WORD], "most": LONGEST_WORD}
                )
        return words

    def clean_muted_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["muted_until"]
        if until and until <= timezone.now() and "muted_until" in self.changed_data:
            raise ValidationError(
                gettext("Give a time to come, or leave it empty to show the source.")
            )
        return until
