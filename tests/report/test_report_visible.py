"""Foreign text made fit to be shown."""

from __future__ import annotations

import pytest

from conformance.visible import clip, one_line, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain {text} [x]\n\tas it is", "plain {text} [x]\n\tas it is"),
        ("Grüße 日本 😀", "Grüße 日本 😀"),
        ("\x00\x07\x1b[2J\x7f\x9b", "\\x00\\x07\\x1b[2J\\x7f\\x9b"),
        ("\r\n", "\\r\n"),
        ("\u202e\u200b\ufeff\u2028", "\\u202e\\u200b\\ufeff\\u2028"),
        ("\ud800\ufffe\U0010ffff", "\\ud800\\ufffe\\U0010ffff"),
        ("", ""),
    ],
)
def test_what_would_not_show_is_written_out(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_one_line_is_one_line() -> None:
    assert one_line("a\r\n\tb\u2029") == "a\\r\\n\\tb\\u2029"


def test_a_clipped_text_says_what_is_missing() -> None:
    assert clip("abc", 3) == "abc"
    assert clip("x" * 2000, 3) == "xxx… (1,997 more characters)"
