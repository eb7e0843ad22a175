"""What is wrong with something a source read."""

from portico.model.fault import Fault, Place, Severity


def test_a_fault_is_an_error_somewhere_in_a_file_unless_told_otherwise() -> None:
    fault = Fault(Place("shop.yaml"), None, "", "is not YAML", "look for a tab")
    assert fault.severity is Severity.ERROR
    assert fault.line == 0
    assert fault.place.document == 0
