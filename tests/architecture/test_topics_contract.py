"""The contract `topics` on a made-up service: what each place may import, what is refused, and what would be right."""

from pathlib import Path

import pytest
from tests.architecture.planting import lint, plant
from tests.architecture.service_layout import PARTS, WORDS

_CONTRACTS = """
[importlinter]
root_packages =
    shop
contract_types =
    topics: tests.architecture.topics_contract.TopicsContract

[importlinter:contract:shop]
name = Inside shop imports go one way, and there are no other names
type = topics
service = shop
topics =
    orders
    stock: shelves > boxes
    people
"""
_MODULES = (
    *(f"shop/{part}.py" for part in PARTS if part not in ("migrations", "reactions")),
    "shop/migrations/env.py",
    "shop/reactions/payments.py",
    *(f"shop/orders/{word}.py" for word in WORDS if word != "domain"),
    "shop/orders/domain/order.py",
    "shop/stock/shelves.py",
    "shop/stock/boxes.py",
    *(f"shop/people/{word}.py" for word in WORDS),
)


def _planted(folder: Path) -> Path:
    for module in _MODULES:
        plant(folder, module)
    plant(folder, ".importlinter", _CONTRACTS)
    return folder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A service of three topics, in which nothing imports anything."""
    return _planted(tmp_path)


#: Each line names a module and all that it may import.
_GOOD = {
    "shop/main.py": "shop.migrations.env, shop.reactions.payments, shop.rows, shop.event_types, shop.config, "
    "shop.integration_events, shop.orders.api, shop.orders.domain.order, shop.people.rows, shop.stock.boxes",
    "shop/migrations/env.py": "shop.rows, shop.event_types, shop.config, shop.orders.rows, shop.stock.shelves",
    "shop/reactions/payments.py": "shop.rows, shop.event_types, shop.config, shop.orders.commands, shop.people.queries",
    "shop/rows.py": "shop.event_types, shop.config, shop.orders.rows, shop.orders.domain, shop.stock.shelves",
    "shop/event_types.py": "shop.orders.domain, shop.people.domain, shop.config",
    "shop/integration_events.py": "shop.orders.domain, shop.people.domain, shop.config",
    "shop/orders/api.py": "shop.orders.commands, shop.orders.queries, shop.orders.domain, shop.people.queries",
    "shop/orders/commands.py": "shop.orders.queries, shop.people.domain, shop.stock.shelves, shop.config",
    "shop/orders/queries.py": "shop.orders.rows, shop.people.queries",
    "shop/orders/rows.py": "shop.orders.domain, shop.people.domain",
    "shop/orders/domain/order.py": "shop.people.domain",
    "shop/stock/shelves.py": "shop.stock.boxes, shop.people.queries",
    "shop/people/api.py": "shop.people.commands, shop.people.rows",
}


def test_whatever_is_allowed_is_accepted(shop: Path) -> None:
    for module, imported in _GOOD.items():
        plant(shop, module, f"import {imported}\n")
    status, output = lint(shop)
    assert status == 0, output
    assert "1 kept, 0 broken" in output


def test_whatever_a_service_does_not_use_may_be_left_out(shop: Path) -> None:
    for module in ("main", "rows", "orders/api", "people/commands"):
        (shop / f"shop/{module}.py").unlink()
    status, output = lint(shop)
    assert status == 0, output


_BESIDE = "rows, event_types, integration_events, config"


_REFUSED = (
    # inside a topic
    ("people.domain", "people.rows", "inside people imports go api > commands > queries > rows > domain"),
    ("people.domain", "people.queries", "inside people imports go"),
    ("people.rows", "people.queries", "inside people imports go"),
    ("people.queries", "people.commands", "inside people imports go"),
    ("people.commands", "people.api", "inside people imports go"),
    ("orders.domain.order", "orders.rows", "inside orders imports go"),
    ("stock.boxes", "stock.shelves", "inside stock imports go shelves > boxes"),
    # from topic to topic
    ("people.commands", "orders.queries", "orders stands above people: a topic imports only topics declared below"),
    ("people.domain", "stock.boxes", "stock stands above people"),
    ("stock.shelves", "orders.domain.order", "orders stands above stock"),
    ("orders.commands", "people.commands", "of people, only queries and domain are open to topics"),
    ("orders.rows", "people.rows", "of people, only queries and domain are open to topics"),
    ("orders.api", "people.api", "of people, only queries and domain are open to topics"),
    ("stock.shelves", "people.rows", "of people, only queries and domain are open to topics"),
    # from a topic to what lies beside the topics
    ("orders.commands", "main", "orders is a topic: of what lies beside the topics, only config is open to it"),
    ("orders.commands", "reactions.payments", "orders is a topic: of what lies beside the topics, only config"),
    ("orders.queries", "rows", "orders is a topic: of what lies beside the topics, only config"),
    ("orders.api", "event_types", "orders is a topic: of what lies beside the topics, only config"),
    ("people.api", "integration_events", "people is a topic: of what lies beside the topics, only config"),
    ("stock.boxes", "migrations.env", "stock is a topic: of what lies beside the topics, only config"),
    # beside the topics
    ("migrations.env", "main", f"migrations may import {_BESIDE}, and of the topics rows, domain"),
    ("migrations.env", "reactions.payments", "migrations may import"),
    ("migrations.env", "orders.commands", "migrations may import"),
    ("reactions.payments", "main", f"reactions may import {_BESIDE}, and of the topics commands, queries, rows"),
    ("reactions.payments", "migrations.env", "reactions may import"),
    ("reactions.payments", "orders.api", "reactions may import"),
    ("rows", "reactions.payments", "rows may import event_types, config, and of the topics rows, domain"),
    ("rows", "integration_events", "rows may import"),
    ("rows", "people.queries", "rows may import"),
    ("event_types", "rows", "event_types may import config, and of the topics domain"),
    ("event_types", "integration_events", "event_types may import config"),
    ("event_types", "people.rows", "event_types may import config"),
    ("integration_events", "event_types", "integration_events may import config"),
    ("integration_events", "orders.rows", "integration_events may import config"),
    ("config", "event_types", "config imports nothing of the service"),
    ("config", "people.domain", "config imports nothing of the service"),
    ("config", "stock.boxes", "config imports nothing of the service"),
    # bare packages
    ("people.__init__", "people.domain", "the __init__ of a service or a topic imports nothing of the service"),
    ("__init__", "config", "the __init__ of a service or a topic imports nothing of the service"),
    ("orders.commands", "people", "name the module that is meant, not the package that it lies in"),
)


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says when all that is refused is planted at once."""
    folder = _planted(tmp_path_factory.mktemp("refused"))
    for importer in {importer for importer, *_ in _REFUSED}:
        lines = [f"import shop.{imported}\n" for module, imported, _ in _REFUSED if module == importer]
        plant(folder, f"shop/{importer.replace('.', '/')}.py", "".join(lines))
    status, output = lint(folder)
    assert status == 1, output
    return output


@pytest.mark.parametrize(("importer", "imported", "right"), _REFUSED)
def test_an_import_against_the_order_is_refused(answer: str, importer: str, imported: str, right: str) -> None:
    line = [one for module, one, _ in _REFUSED if module == importer].index(imported) + 1
    name = f"shop.{importer}".removesuffix(".__init__")
    assert f"- {name} -> shop.{imported} (l.{line}): {right}" in answer


def test_nothing_else_is_refused(answer: str) -> None:
    assert answer.count("->") == len(_REFUSED)


@pytest.mark.parametrize(
    ("module", "right"),
    [
        ("shop/utils.py", f"shop.utils is no part ({', '.join(PARTS)}) and no topic that .importlinter declares"),
        ("shop/returns/domain.py", "shop.returns is no part"),
        ("shop/people/helpers.py", "shop.people.helpers is none of the words of a topic: people holds api, commands"),
        ("shop/people/boxes.py", "shop.people.boxes is none of the words of a topic"),
        ("shop/stock/domain.py", "shop.stock.domain is none of the words of a topic: stock holds shelves, boxes"),
    ],
)
def test_a_name_that_nobody_has_placed_is_refused_once(shop: Path, module: str, right: str) -> None:
    plant(shop, module, "import shop.main\n")
    status, output = lint(shop)
    assert status == 1, output
    assert f"- {right}" in output
    assert "->" not in output, "where it should stand is not known, so nothing is said of its imports"


@pytest.mark.parametrize(
    ("declared", "right"),
    [
        ("people\n    returns", "shop.returns is declared in .importlinter, but there is no such topic"),
        ("people\n    orders", "orders is declared twice"),
        ("people\n    reactions", "reactions is a part, never a topic"),
    ],
)
def test_a_wrong_declaration_is_refused(shop: Path, declared: str, right: str) -> None:
    plant(shop, ".importlinter", _CONTRACTS.replace("people", declared))
    status, output = lint(shop)
    assert status == 1, output
    assert right in output
