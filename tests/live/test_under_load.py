"""What users do all day, while requests and WebSockets go on: nothing fails, nothing reloads."""

import asyncio
import itertools
import os
import signal

import pytest
from live import processes
from live.load import HOST, steady_load
from live.manifests import backend, endpoints, ingress, secret, service
from live.until import eventually
from live.wire import Wire
from model.certificates import Pair, pair
from support.ports import refusing_port

pytestmark = [pytest.mark.nginx, pytest.mark.load]
