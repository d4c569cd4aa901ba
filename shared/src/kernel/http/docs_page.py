"""The page at /docs: every operation as the OpenAPI document has it, without internet or script."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_STYLE: Final = """
body { font: 15px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222 }
h2 { border-bottom: 1px solid #999 }
code, pre { background: #f4f4f4; font-size: 13px }
pre { padding: .6em; overflow: auto }
summary { cursor: pointer; padding: .25em 0 } .method { display: inline-block; width: 4em; font-weight: bold }
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    by_tag: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            by_tag.setdefault((operation.get("tags") or ["other"])[0], []).append(_operation(method, path, operation))
    tags = "".join(f"<h2>{escape(tag)}</h2>{''.join(found)}" for tag, found in sorted(by_tag.items()))
    schemas = "".join(_schema(name, schema) for name, schema in document["components"]["schemas"].items())
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{escape(info['title'])}</h1>"
        f"<p>{escape(info.get('description', ''))}</p>"
        f'<p><a href="/openapi.json">openapi.json</a></p>{tags}<h2>Schemas</h2>{schemas}</body></html>'
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = "".join(f"<p>{text}</p>" for text in _parts(operation))
    head = f'<span class="method">{method.upper()}</span> <code>{escape(path)}</code>'
    return f"<details><summary>{head} {escape(operation.get('summary', ''))}</summary>{parts}</details>"


def _parts(operation: Mapping[str, Any]) -> Iterator[str]:
    yield escape(operation.get("description", ""))
    yield f"For: {escape(', '.join(operation.get('x-roles', ())))}"
    for parameter in operation.get("parameters", ()):
        needed = " (required)" if parameter.get("required") else ""
        words = escape(parameter.get("description", ""))
        yield f"<code>{escape(parameter['name'])}</code> in {parameter['in']}{needed} {words}"
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Sends {escape(media)}: {_linked(content.get('schema', {}))}"
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            for media, content in response.get("content", {}).items():
                yield f"Answers {status} {escape(media)}: {_linked(content.get('schema', {}))}"
    for status, codes in operation.get("x-error-codes", {}).items():
        yield f"Refuses with {status}: {escape(', '.join(codes))}"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    shown = escape(json.dumps(schema, ensure_ascii=False, indent=1))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3><pre>{shown}</pre>'


def _linked(schema: Mapping[str, Any]) -> str:
    reference = schema.get("$ref")
    if reference is not None:
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    return f"<code>{escape(json.dumps(schema, ensure_ascii=False))}</code>"
