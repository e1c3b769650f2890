"""YAML that cannot surprise: no aliases, merge keys, duplicate keys or objects, and a place for whatever is refused."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterable
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError

_DEEPEST = 50  # brackets open at once
_HALF_LETTER = re.compile("[\ud800-\udfff]")  # a surrogate alone
_LONGEST = 40  # letters of a key or value that are told


class RefusedError(ConstructorError):
    """What is read and not allowed, with its key in the file as `where`."""

    def __init__(self, said: str, mark: Any, where: Iterable[str]) -> None:
        super().__init__(None, None, said, mark)
        self.where = ".".join(where)


class TooDeepError(yaml.YAMLError):
    """More levels than can be read."""

    def __init__(self) -> None:
        super().__init__("is nested too deeply to be read")


def parse(text: str) -> Any:
    """Return what a text holds; raise `yaml.YAMLError` where it is no YAML or holds what is not allowed.

    >>> parse("weights: {csat: 0.25}")
    {'weights': {'csat': 0.25}}
    """
    if _nesting(text) > _DEEPEST:  # a scanner takes seconds to find that out
        raise TooDeepError
    for loader in QUICK:
        # PyYAML's own parser allows a little more, and words better what it refuses.
        with contextlib.suppress(yaml.YAMLError, RecursionError):
            return yaml.load(text, Loader=loader)
    try:
        return yaml.load(text, Loader=Everywhere)
    except RecursionError:
        raise TooDeepError from None


def worded(error: yaml.YAMLError) -> str:
    """Return in words what is wrong in a text, with its line and column."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else problem


def _nesting(text: str) -> int:
    """How many brackets are open at once, those in texts included."""
    steps = (1 if mark[0] in "[{" else -1 for mark in re.finditer(r"[\[\]{}]", text))
    return max(itertools.accumulate(steps), default=0)


class _Plain:
    """What is refused, whichever loader of PyYAML it is mixed into."""

    def compose_node(self: Any, parent: Any, index: Any) -> Any:
        keys = self.__dict__.setdefault("keys", [])  # of the node, outermost first
        if named := parent is not None and index is not None:
            keys.append(str(getattr(index, "value", index))[:_LONGEST])
        if self.check_event(yaml.events.AliasEvent):
            raise RefusedError("aliases (*name) are not allowed; repeat it", self.peek_event().start_mark, keys)
        where = tuple(keys)
        node: Any = super().compose_node(parent, index)  # type: ignore[misc]
        node.where = where
        if named:
            keys.pop()
        return node

    def construct_object(self: Any, node: Any, deep: bool = False) -> Any:
        if node.tag not in self.yaml_constructors:
            said = "merge keys (<<) are" if node.tag.endswith(":merge") else f"the tag {node.tag!r} is"
            raise RefusedError(f"{said} not allowed; write the value plainly", node.start_mark, node.where)
        if isinstance(node.value, str) and _HALF_LETTER.search(node.value):
            said = f"{node.value[:_LONGEST]!a} holds half a letter, which no file can; write the letter"
            raise RefusedError(said, node.start_mark, node.where)
        try:
            return super().construct_object(node, deep)  # type: ignore[misc]
        except (ValueError, OverflowError) as error:
            said = f"{str(node.value)[:_LONGEST]!r} cannot be read: {error}"
            raise RefusedError(said, node.start_mark, node.where) from None

    def construct_mapping(self: Any, node: Any, deep: bool = False) -> Any:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float | bool):
                raise RefusedError("a key must be a plain word", key_node.start_mark, node.where)
            if key in seen:
                said = f"the key {key!r} stands twice"
                raise RefusedError(said, key_node.start_mark, (*node.where, str(key)))
            seen.add(key)
        return super().construct_mapping(node, deep)  # type: ignore[misc]


class Everywhere(_Plain, yaml.SafeLoader):
    """The loader on PyYAML's own parser."""


def _quick() -> tuple[type, ...]:
    """The loader on libyaml's parser, several times as fast, where PyYAML was built with it."""
    if not yaml.__with_libyaml__:
        return ()

    class Quick(_Plain, Composer, yaml.CSafeLoader):
        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            Composer.__init__(self)  # nodes are composed here, so that each has its place

    return (Quick,)


QUICK = _quick()
