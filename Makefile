# make help lists the targets. PYTHON=python3.13 chooses another interpreter; NAME=... RAW=... go to the targets that take them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

.PHONY: help build test check clients bench card publish new clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "medcorpus needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

build: $(READY) ## set up, then build the four products from every source's sample into build/, offline
	$(BIN)/medcorpus build all --sample --home build

test: $(READY) ## run the whole test suite
	$(BIN)/python -m pytest

check: $(READY) ## lint, formatting, types, and the contract of every source
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/medcorpus check --all

clients: $(READY) ## test what talks to the Hub with the oldest huggingface_hub and datasets allowed; the newest are in .venv
	.ci/clients

bench: $(READY) ## measure against the bare readers and against datasets
	$(BIN)/python -m tests.bench

card: $(READY) ## print the card of a product built here: make card NAME=meds-ins
	$(BIN)/medcorpus card $(or $(NAME),meds-ins) --home build

publish: $(READY) ## build the four products from real raw files, verify and publish them: make publish RAW=dir TO=hf://namespace (or a folder)
	@test -n "$(RAW)" -a -n "$(TO)" || { echo "say where the raw files are and where to publish: make publish RAW=dir TO=hf://namespace"; exit 2; }
	$(BIN)/medcorpus build all --raw $(RAW)
	$(BIN)/medcorpus verify
	@for product in mmedc meds-ins mmedbench meds-bench; do $(BIN)/medcorpus publish $$product --to $(TO)/$$product $(FLAGS) || exit $$?; done

new: $(READY) ## write the skeleton of a source: make new NAME=my_corpus
	@test -n "$(NAME)" || { echo "name the source: make new NAME=my_corpus"; exit 2; }
	$(BIN)/medcorpus new $(NAME)

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist
