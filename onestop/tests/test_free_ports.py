"""Ports are found where nobody listens, below those of outgoing connections."""

import socket

from onestop.free_ports import first_of_free_ports


def test_a_port_in_use_is_passed_over() -> None:
    first = first_of_free_ports(4)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 2))
        taken.listen()
        other = first_of_free_ports(4)
        assert first + 2 not in range(other, other + 4)
    assert 20_000 <= first < 29_000
