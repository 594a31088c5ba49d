"""Pages of HTML, read as a browser without script reads them."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

BEYOND_THE_EDGE = """() => {
  const edge = document.documentElement.clientWidth;
  const isBeyond = (one) => one.getBoundingClientRect().right > edge + 1;
  const isMeant = (one) => !one.closest(".unseen, .skip, pre, script, style");
  const elements = [...document.querySelectorAll("body, body *")].filter((one) => isMeant(one) && isBeyond(one));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const texts = [];
  while (walker.nextNode()) {
    range.selectNodeContents(walker.currentNode);
    if (isMeant(walker.currentNode.parentElement) && isBeyond(range)) texts.push(walker.currentNode.parentElement);
  }
  return [...elements, ...texts].map((one) => one.outerHTML.slice(0, 160));
}"""
"""A script that returns what reaches beyond the right edge of the window, clipped or scrolled or not: a text as well
as a box, as a word that does not break leaves the box it is in."""

_VOID = {"meta", "br", "link", "img", "input", "hr", "col"}


class Page(HTMLParser):
    """A parsed page: its elements, whether they nest, and the text of each element with an id or class."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.misnested: list[str] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        self.misnested.extend(tag for tag, _ in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes.extend((tag, name, value) for name, value in values.items())
        if tag not in _VOID:
            self._open.append((tag, values.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.misnested.append(tag)
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] in {"script", "style"}:
            return
        for name in {"", *(identity for _, identity in self._open)}:
            self.texts[name] = self.texts.get(name, "") + data

    def values(self, attribute: str) -> list[str]:
        return [value for _, name, value in self.attributes if name == attribute]

    @property
    def text(self) -> str:
        return self.texts[""]
