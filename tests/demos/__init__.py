"""The demos of every way in, played to their end.

A folder called tests/examples would hide the examples themselves, which are imported here.
"""

from support.netns import ROOT as ROOT  # it puts the examples within reach
