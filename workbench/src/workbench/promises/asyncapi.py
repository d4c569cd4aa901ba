"""The AsyncAPI document: every topic, its messages, and the CloudEvents headers that each carries."""

from typing import Any, Final

import msgspec

from contracts import fund_ledger, identity, operations, referral, settlement
from kernel.messaging.envelope import type_of

CONTRACTS: Final = tuple(told.CONTRACT for told in (identity, referral, settlement, fund_ledger, operations))
_TEXT: Final = {"type": "string"}
_HEADERS: Final = {
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_partitionkey", "ce_pseq"],
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid", "description": "The event's id; the same on every delivery."},
        "ce_source": _TEXT,
        "ce_type": _TEXT,
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_subject": {"type": "string", "description": "The stream that the event stands in."},
        "ce_partitionkey": {"type": "string", "description": "Messages of one key arrive in their order."},
        "ce_streamversion": {"type": "string", "pattern": "^[0-9]+$"},
        "ce_correlationid": _TEXT,
        "ce_gseq": {"type": "string", "pattern": "^[0-9]+$", "description": "Place in the publisher's log."},
        "ce_pseq": {"type": "string", "pattern": "^[0-9]+$", "description": "Dense count within the partition."},
        "ce_epoch": {"type": "string", "pattern": "^[0-9]+$"},
        "ce_timeline": {"type": "string", "description": "Which unbroken history of the publisher's database."},
        "ce_previous": {"type": "string", "description": "SHA-256 of the message before it in the partition."},
        "ce_seal": {
            "type": "string",
            "description": "Key and signature (Ed25519) over it and all before.",
        },
        "ce_unchained": {"type": "string", "description": "With a seal: messages before the chain, by partition."},
        "content-type": {"const": "application/json"},
    },
}


def asyncapi_document() -> dict[str, Any]:
    """The whole document, AsyncAPI 3.0; amounts in its messages are whole fen."""
    messages: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    classes: list[type[msgspec.Struct]] = []
    for contract in CONTRACTS:
        topic, told = contract.topic, [kind.event_class for kind in contract.kinds]
        named = {event_class.__name__: (type_of(contract, event_class), event_class) for event_class in told}
        for title, (name, kind) in named.items():
            messages[f"{topic}.{title}"] = _message(title, name, kind)
            classes.append(kind)
        channels[topic] = {
            "address": topic,
            "description": f"What {topic} tells the others; a setting may put a prefix before the name.",
            "messages": {title: {"$ref": f"#/components/messages/{topic}.{title}"} for title in named},
        }
        operations[f"publish.{topic}"] = {"action": "send", "channel": {"$ref": f"#/channels/{topic}"}}
    _, schemas = msgspec.json.schema_components(classes, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OneStop events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary mode; the key of a record is ce_partitionkey.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas,
            "messageTraits": {"cloudevent": {"headers": _HEADERS}},
        },
    }


def _message(title: str, name: str, kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "payload": {"$ref": f"#/components/schemas/{title}"},
    }
