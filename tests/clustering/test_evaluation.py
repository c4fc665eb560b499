"""Scoring a corpus: the function and the command."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.clustering.evaluation import BadRowError, backgrounds, measure, read, run
from tests.clustering.news import BRIDGE, CUP, LONELY, VOLCANO


def row(title: str, story: str | None, hour: int, **more: object) -> dict[str, object]:
    return {
        "id": title,
        "title": title,
        "text": "",
        "source": f"Outlet {hour}",
        "url": None,
        "published": f"2025-03-01T{hour:02}:00:00Z",
        "lang": "en",
        "story": story,
    } | more


ROWS = [
    *(row(title, "bridge", hour) for hour, title in enumerate(BRIDGE)),
    *(row(title, "volcano", hour + 4) for hour, title in enumerate(VOLCANO)),
    *(row(title, "cup", hour + 8) for hour, title in enumerate(CUP)),
    row(LONELY, "clocks", 12),
]
SPANISH = [
    row("Cierra el puente del puerto por una grieta en un cable", "puente", 1, lang="es"),
    row("Una grieta en un cable cierra el puente del puerto", "puente", 2, lang="es"),
]


def corpus(folder: Path, rows: list[dict[str, object]], name: str = "corpus.jsonl") -> Path:
    path = folder / name
    content = "\n".join(json.dumps(each, ensure_ascii=False) for each in rows).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def scored(path: Path, *options: str) -> dict[str, dict[str, object]]:
    from io import StringIO

    out = StringIO()
    call_command("evaluate_stories", str(path), "--json", *options, stdout=out)
    table: dict[str, dict[str, object]] = json.loads(out.getvalue())
    return table


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_plain_and_compressed_corpora_are_read(tmp_path, name):
    assert len(list(read(corpus(tmp_path, ROWS, name)))) == len(ROWS)


def test_every_language_is_scored_and_all_together(tmp_path):
    table = scored(corpus(tmp_path, ROWS + SPANISH))
    assert list(table) == ["en", "es", "all"]
    assert table["en"]["articles"] == len(ROWS)
    assert table["en"]["stories"] == 4
    assert table["es"]["stories"] == 1
    assert table["all"]["articles"] == len(ROWS) + len(SPANISH)
    for scores in table.values():
        assert scores["bcubed"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
        assert scores["pairwise"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_the_table_has_a_line_for_each_language(tmp_path, capsys):
    call_command("evaluate_stories", str(corpus(tmp_path, ROWS + SPANISH)))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["language", "en", "es", "all"]
    assert lines[1].split()[1] == str(len(ROWS))


def test_a_wrong_grouping_is_scored_as_such(tmp_path):
    wrong = [each | {"story": str(number)} for number, each in enumerate(ROWS)]
    table = scored(corpus(tmp_path, wrong))
    assert table["en"]["bcubed"]["recall"] == 1.0  # type: ignore[index]
    assert table["en"]["bcubed"]["precision"] < 0.6  # type: ignore[index]


def test_rows_come_in_the_order_of_time_those_without_a_date_first(tmp_path):
    rows = [ROWS[2], ROWS[1], ROWS[0] | {"published": None}]
    outcome = run(read(corpus(tmp_path, rows)))["en"]
    assert list(outcome.places) == [2, 1, 0]


def test_rows_without_a_story_are_grouped_but_not_scored(tmp_path):
    rows = [*ROWS, row("Crack shuts the harbour bridge in Port Alder", None, 5)]
    result = measure(run(read(corpus(tmp_path, rows))).values())
    assert (result.articles, result.labelled) == (len(rows), len(ROWS))
    assert result.bcubed.f1 == pytest.approx(1.0)


def test_the_lead_can_be_cut(tmp_path):
    tail = "the harbour bridge in Port Alder is shut since a crack was found in a main cable"
    rows = [
        row("Traffic chaos", "bridge", 1, text="nothing much to say here " + tail),
        row("Long detours", "bridge", 2, text="another thing altogether now " + tail),
    ]
    path = corpus(tmp_path, rows)
    assert scored(path)["en"]["stories"] == 1
    assert scored(path, "--lead", "4")["en"]["stories"] == 2


def test_a_background_tells_which_words_are_common(tmp_path):
    rows = [row(f"Regatta results: race {word}", word, 3) for word in ("one", "two", "three")]
    usual = [row(f"Regatta results: race {number}", None, 1) for number in range(4000)]
    path = corpus(tmp_path, rows)
    behind = corpus(tmp_path, usual, "background.jsonl")
    assert scored(path)["en"]["stories"] == 1
    assert scored(path, "--background", str(behind))["en"]["stories"] == 3
    assert backgrounds(read(behind))["en"].documents == 4000


def test_publishers_nobody_knows_are_not_one_publisher(tmp_path):
    rows = [row(BRIDGE[0], "bridge", hour, source="unknown") for hour in (1, 2)]
    assert measure(run(read(corpus(tmp_path, rows))).values()).copies == 1


def test_links_across_sources_are_counted(tmp_path):
    same = [row(title, "bridge", at, source="Courier") for at, title in enumerate(BRIDGE[:2])]
    other = [row(title, "bridge", at, source=f"{at}") for at, title in enumerate(BRIDGE[:2])]
    unknown = [row(title, "bridge", at, source="unknown") for at, title in enumerate(BRIDGE[:2])]
    for rows, across in ((same, 0), (other, 2), (unknown, 2)):
        result = measure(run(read(corpus(tmp_path, rows))).values())
        assert (result.similar_links, result.links_across_sources) == (2, across)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: not a JSON object"),
        ('{"title": 7}', "line 2: title is not a string"),
        ('{"published": "yesterday"}', "line 2: .*yesterday"),
        ('{"published": 5}', "line 2: published is not a string"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path, line, complaint):
    path = corpus(tmp_path, ROWS[:1])
    path.write_text(path.read_text() + "\n" + line)
    with pytest.raises(BadRowError, match=complaint):
        list(read(path))
    with pytest.raises(CommandError, match=complaint):
        call_command("evaluate_stories", str(path))


def test_a_file_that_is_missing_cut_or_empty_is_an_error(tmp_path):
    whole = corpus(tmp_path, ROWS, "whole.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[:-20])
    (tmp_path / "empty.jsonl").touch()
    for name in ("missing.jsonl", "cut.jsonl.gz", "empty.jsonl"):
        with pytest.raises(CommandError):
            call_command("evaluate_stories", str(tmp_path / name))
