# Every verb sets up what it needs first; a setup with nothing to do takes a moment.
# Variables: ONCE=1  TESTS=tests/compiler  HTTP_PORT=9090  HTTPS_PORT=9443  ADMIN=127.0.0.1:9999  PYTHON=python3.12

HTTP_PORT  = 8080
HTTPS_PORT = 8443
ADMIN      = 127.0.0.1:9180
TESTS      = tests

RUN_PACKAGES   = nginx libnginx-mod-http-lua lua-cjson libnftables1 ca-certificates python3-venv
TEST_PACKAGES  = 'luajit2|luajit' lua-check curl nghttp2-client openssl nftables iproute2 conntrack frr bird2 \
                 postgresql
IMAGE_PACKAGES = buildah debootstrap
BENCH_PACKAGES = haproxy wrk iperf3 libnginx-mod-stream

.DEFAULT_GOAL = help

# One for each way in; see examples/README.md.
DEMOS = demo-node-port demo-layer-2 demo-layer-4 demo-layer-7 demo-both demo-load-balancer-and-ingress

.PHONY: demo demo-WAY $(DEMOS) test image setup check fix regold bench lock clean help

demo: setup  ## run portico on the example shop, until Ctrl-C
	@exec .venv/bin/python examples/shop/demo.py --http-port $(HTTP_PORT) --https-port $(HTTPS_PORT) --admin $(ADMIN)

$(DEMOS): demo-%: setup
	@exec .venv/bin/python -m examples.demo $* $(if $(ONCE),--once)

demo-WAY:  ## the same for node-port, layer-2, layer-4, layer-7, both, load-balancer-and-ingress, in namespaces
	@echo "one of: $(DEMOS)"

test: check  ## everything CI runs; narrow it with TESTS=tests/compiler
	@.venv/bin/python -m pytest -n 2 --dist loadgroup -m 'not image' $(TESTS)

image: setup  ## build the image of deploy/Dockerfile, and run its pods as tests; needs root
	@setup/system-packages $(IMAGE_PACKAGES)
	@.venv/bin/python -m pytest -m image tests/deploy/image

setup:  ## the system packages and .venv; starts no service
	@setup/system-packages $(RUN_PACKAGES) $(TEST_PACKAGES)
	@setup/python-packages dev
	@setup/kubectl

check: setup  ## format, lint, types, architecture, Lua
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@luacheck --quiet --no-color src/portico/engines/nginx/lua

fix: setup  ## what ruff can repair by itself
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

regold: setup  ## rewrite the expected files of tests/cases; read the diff
	@.venv/bin/python -m pytest tests/cases --regold

bench: setup  ## side by side with the peers, prints ratios
	@setup/system-packages $(BENCH_PACKAGES)
	@setup/python-packages bench
	@exec .venv/bin/python -m bench

lock:  ## compile requirements/*.in again; newer versions with UPGRADE=--upgrade
	@setup/lock $(UPGRADE)

clean:  ## remove everything that was made here
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-zA-Z-]*\):.*  ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
