"""The import contract `topics`: every module of a service stands in a declared place and imports only what it may."""

from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.contract import InvalidContractOptions
from tests.architecture.service_layout import PARTS, place_of, read_topics, refusal
from typing_extensions import override


class TopicsContract(Contract):
    """Options: ``service``, a package; ``topics``, from the top down, as `service_layout.read_topics` reads them."""

    service: Any = fields.StringField()
    topics: Any = fields.ListField(subfield=fields.StringField())

    @override
    def validate(self) -> None:
        try:
            self._topics = read_topics(self.topics)
        except ValueError as wrong:
            raise InvalidContractOptions({"topics": str(wrong)}) from wrong

    @override
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        misplaced = dict(self._misplaced(graph))
        found = [*misplaced.values(), *self._wrong_imports(graph, set(misplaced))]
        return ContractCheck(kept=not found, metadata={"found": found})

    @override
    def render_broken_contract(self, check: ContractCheck) -> None:
        for reason in check.metadata["found"]:
            output.print_error(f"- {reason}", bold=False)
        output.new_line()

    def _misplaced(self, graph: ImportGraph) -> Iterator[tuple[str, str]]:
        for module in sorted(graph.find_children(self.service)):
            if module.rpartition(".")[2] not in {*PARTS, *self._topics}:
                yield module, f"{module} is no part ({', '.join(PARTS)}) and no topic that .importlinter declares"
        for name, topic in self._topics.items():
            package = f"{self.service}.{name}"
            if package not in graph.modules:
                yield package, f"{package} is declared in .importlinter, but there is no such topic"
                continue
            for module in sorted(graph.find_children(package)):
                if module.rpartition(".")[2] not in topic.words:
                    yield module, f"{module} is none of the words of a topic: {name} holds {', '.join(topic.words)}"

    def _wrong_imports(self, graph: ImportGraph, misplaced: set[str]) -> Iterator[str]:
        inside = {self.service, *graph.find_descendants(self.service)}
        inside -= {module for module in inside if any(f"{module}.".startswith(f"{stray}.") for stray in misplaced)}
        for importer in sorted(inside):
            for imported in sorted(graph.find_modules_directly_imported_by(importer) & inside):
                places = place_of(importer, self._topics), place_of(imported, self._topics)
                if right := refusal(*places, self._topics):
                    details = graph.get_import_details(importer=importer, imported=imported)
                    lines = ", ".join(str(detail["line_number"]) for detail in details)
                    yield f"{importer} -> {imported} (l.{lines}): {right}"
