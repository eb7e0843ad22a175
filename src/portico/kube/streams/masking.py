"""Masks what a WebSocket client sends (RFC 6455, 5.3).

In Python alone this takes five times as long as TLS does. The C code is one module of `websockets`.
It is loaded without the package around it, which would read its own version first: 12 ms, more than
a tenth of what a command that forwards a port has for all that it loads.
"""

from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder
from importlib.util import find_spec, module_from_spec

from portico.kube.streams.websocket import Mask


def _loaded() -> Mask:
    """Raises ImportError where `websockets` was built without its C code."""
    package = find_spec("websockets")
    for folder in (package and package.submodule_search_locations) or ():
        finder = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES))
        if (spec := finder.find_spec("websockets.speedups")) and spec.loader:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            found: Mask = module.apply_mask
            return found
    raise ImportError("websockets.speedups is missing: install websockets with its C code")


apply_mask = _loaded()
