"""Foreign text made fit to be shown, under the name by which reports know it."""

from conformance.visible import clip, escape, one_line, visible

__all__ = ["clip", "escape", "one_line", "visible"]
