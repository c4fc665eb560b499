"""The words of a question in the syntax of PostgreSQL's full text search.

They are read in the same language as the article was indexed in (`article_search_config` of the
first migration), so that they meet as stems.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.postgres.search import CombinedSearchQuery, SearchConfig, SearchQuery
from django.db.models import Func, Q, TextField, Value
from django.db.models.expressions import Combinable, Expression

from articles.entries.query import Query, Word

AnyQuery = SearchQuery | CombinedSearchQuery


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a question as PostgreSQL takes them, read in each of some languages."""

    query: Query
    reading: tuple[str, ...]

    @property
    def found(self) -> str:
        """What must be found, in the syntax of `to_tsquery`; empty where no word must."""
        groups = (" | ".join(map(_quoted, group)) for group in self.query.alternatives())
        return " & ".join(f"({group})" for group in groups)

    @property
    def left_out(self) -> str:
        return " | ".join(_quoted(word) for word in self.query.words if word.excluded)

    @property
    def are_plain(self) -> bool:
        """Whether the index alone knows what matches: not where words stand, nor what is not."""
        return all(word.text.isalnum() and not word.excluded for word in self.query.words)

    def sql(self, name: str) -> str:
        """`found` or `left_out` as an SQL expression: what is so called in any of the languages."""
        read = (
            f"to_tsquery(article_search_config(%(reading_{place})s), %({name})s)"
            for place in range(len(self.reading))
        )
        return f"({' || '.join(read)})"

    def expression(self) -> AnyQuery:
        """`found` for Django's queries. There must be something to be found."""
        return self._read(self.found)

    def conditions(self, marks: str) -> Q:
        """That `marks`, words in an index, hold what must be found and nothing left out."""
        found = Q(**{marks: self._read(self.found)}) if self.found else Q()
        left_out = Q(**{marks: self._read(self.left_out)}) if self.left_out else Q()
        return found & ~left_out if self.left_out else found

    def _read(self, text: str) -> AnyQuery:
        read = [
            SearchQuery(text, config=config(Value(language)), search_type="raw")
            for language in self.reading
        ]
        return reduce(or_, read)

    def parameters(self) -> dict[str, str]:
        """What the expressions of `sql` refer to."""
        languages = {f"reading_{place}": code for place, code in enumerate(self.reading)}
        return languages | {"found": self.found, "left_out": self.left_out}


def _quoted(word: Word) -> str:
    """A word or phrase as an operand of `to_tsquery`; several words become a phrase."""
    return "'" + word.text.replace("\\", "\\\\").replace("'", "''") + "'"


def config(language: Expression | Combinable) -> SearchConfig:
    """The rules of grammar for a language."""
    return SearchConfig(Func(language, function="article_search_config", output_field=TextField()))
