"""The parts of the folder source: finding, watching, reading, and remembering what was good."""
