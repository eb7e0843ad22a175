"""The golden cases, of HTTP and of layer 4 alike."""

from cases import case, packet_case
from cases.case import FOLDER

FOLDERS = sorted(path.parent for path in FOLDER.rglob("in.yaml"))

PORTS = {"9999": 9999, "9998": 9998, "9997": 9997}


def story_of(folder):
    """The case, and its documents."""
    if packet_case.FOLDER in folder.parents:
        return packet_case.load(folder), case.documents((folder / "in.yaml").read_text(), {})
    told = case.load(folder, PORTS, http_port=80, https_port=443)
    return told, told.documents


def name_of(folder):
    return str(folder.relative_to(FOLDER))
