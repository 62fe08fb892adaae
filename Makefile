# make map   the watermelon map of the demonstration city, in out/
# make test  the whole test suite
# Plain pip lines for systems without make are in README.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: map test clean

map: $(VENV)/print.stamp
	@"$(BIN)/python" examples/watermelon_map.py --out out

test: $(VENV)/dev.stamp
	@"$(BIN)/python" -m pytest -rs -n 2 --dist worksteal

$(BIN)/python:
	"$(PYTHON)" -m venv "$(VENV)"

$(VENV)/print.stamp: $(BIN)/python pyproject.toml constraints.txt
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[print]"
	@touch "$@"

$(VENV)/dev.stamp: $(BIN)/python pyproject.toml constraints.txt
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch "$@"

clean:
	rm -rf "$(VENV)" out
