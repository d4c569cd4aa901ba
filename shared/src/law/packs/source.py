"""Reading YAML with line numbers, strictly: no floats, no duplicate keys, no anchors, nothing guessed."""

from datetime import date
from typing import Any, Final

import yaml

_SafeLoader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH_MAX: Final = 40
_PREFIX: Final = "tag:yaml.org,2002:"


class PackError(ValueError):
    """A pack cannot be used; says where it is wrong and what would be right."""

    def __init__(self, source: str, line: int, what: str) -> None:
        super().__init__(f"{source}:{line}: {what}")
        self.source = source
        self.line = line
        self.what = what


class Source:
    """A YAML text as plain values, and the line on which each of them stands.

    ``adopted`` law was read before these tricks were refused, and is read for ever.
    Paths are written as msgspec writes them in its errors: ``$.layers[2].rate_percent[0].values[0].from``.
    """

    def __init__(self, text: str, name: str, *, adopted: bool = False) -> None:
        self.name = name
        self._adopted = adopted
        self._lines: dict[str, int] = {}
        self.value = self._read(text)

    def line(self, path: str) -> int:
        """The line of the value at ``path``, or of the nearest value around it."""
        while path and path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines.get(path, 1)

    def error(self, path: str, what: str) -> PackError:
        """An error about the value at ``path``."""
        return PackError(self.name, self.line(path), what)

    def _read(self, text: str) -> Any:
        try:
            if not self._adopted:
                self._refuse_tricks(text)
            node = yaml.compose(text, Loader=_SafeLoader)
            if node is None:
                raise PackError(self.name, 1, "the file is empty; begin with `pack:`")
            return self._value(node, "$")
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise PackError(self.name, line, f"this is not YAML: {error.problem}") from error
        except yaml.YAMLError as error:
            raise PackError(self.name, 1, "a character here has no place in a text") from error

    def _refuse_tricks(self, text: str) -> None:
        """Anchors make a small text a huge one, and the reader's stack ends where values stand too deep in each other.

        Both are refused while the text is still a row of events.
        """
        depth = 0
        for event in yaml.parse(text, Loader=_SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
                raise PackError(self.name, line, "anchors have no place in a pack; write it twice")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH_MAX:
                raise PackError(self.name, line, f"values stand in each other more than {_DEPTH_MAX} deep")

    def _value(self, node: yaml.Node, path: str) -> Any:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, f"{path}[{i}]") for i, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                raise PackError(
                    self.name,
                    line,
                    f"the key {key!r} stands here twice; the first is on line {self._lines[f'{path}.{key}']}",
                )
            found[key] = self._value(value_node, f"{path}.{key}")
            self._lines[f"{path}.{key}"] = line
        return found

    def _scalar(self, node: yaml.Node, path: str) -> Any:
        text: str = node.value
        match node.tag.removeprefix(_PREFIX):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() in ("true", "yes", "on")
            case "int":
                return self._whole(text, path)
            case "timestamp":
                return self._date(text, path)
            case "float":
                raise self.error(path, f'{text} is a binary fraction; write it in quotes: "{text}"')
            case other:
                raise self.error(path, f"a value of type {other} has no place in a pack")

    def _whole(self, text: str, path: str) -> int:
        try:
            return int(text)
        except ValueError as error:
            raise self.error(path, f"{text[:20]} is not a whole number of digits alone") from error

    def _date(self, text: str, path: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise self.error(path, f"{text} is not a day; write it as 2019-07-02") from error
