"""The words: every language says the same things."""

from __future__ import annotations

import string
from typing import Any

import pytest

from pitchplan.sheets.words import WORDS


def _parts(phrase: Any) -> set[str]:
    texts = phrase if isinstance(phrase, list) else [phrase]
    return {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(WORDS))
def test_every_language_has_the_same_keys_and_no_empty_phrase(language: str) -> None:
    assert set(WORDS[language]) == set(WORDS["zh"])
    for key, phrase in WORDS[language].items():
        assert type(phrase) is type(WORDS["zh"][key]), key
        assert phrase, key
        assert all(phrase), key
    assert len(WORDS[language]["months"]) == 12
    assert WORDS[language]["names"] in ("local", "latin")


@pytest.mark.parametrize("language", sorted(WORDS))
def test_phrases_take_the_same_parts_but_for_dates(language: str) -> None:
    for key, phrase in WORDS[language].items():
        if key != "season":  # days and months stand in another order in each language
            assert _parts(phrase) <= _parts(WORDS["zh"][key]) | _parts(WORDS["en"][key]), key


def test_languages_are_the_files_of_the_folder() -> None:
    assert {"zh", "en"} <= set(WORDS)
