# Each target makes .venv when it is missing, with the versions of constraints.txt.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/installed
PORT   ?= 8000
JOBS   ?= 3

.PHONY: help book pdf test test-units test-oldest test-peers notebooks-peers lab-peers lint mutants slips bench lab serve notebooks clean

help:
	@echo 'make book       build the book into _build/html; for a site with an address, its source, or both:'
	@echo '                make book BASEURL=https://owner.github.io/name/ REPOSITORY=https://github.com/owner/name'
	@echo 'make pdf        build it, and print all of it into one PDF, to which the site then links'
	@echo 'make serve      build it and show it on localhost:$(PORT)'
	@echo 'make lab        open the chapters in JupyterLab; make lab LAB=--no-browser passes options on'
	@echo 'make test       check everything: style, units, chapters, site; by three processes, or make test JOBS=4'
	@echo 'make test-units  all but the browser tests, on another Python'
	@echo 'make test-oldest  run the unit tests with the oldest versions that are allowed'
	@echo 'make test-peers  networks from torch and scikit-learn, and the numbers of Captum and Zennit'
	@echo 'make notebooks-peers  run the chapter on other libraries afresh, with them, and store its outputs'
	@echo 'make lab-peers  open the chapters in JupyterLab, with these libraries'
	@echo 'make mutants    change the code in small ways, and list what no test notices'
	@echo 'make slips      draw the live figures wrongly, and list what no test notices'
	@echo 'make bench      measure what things cost'
	@echo 'make notebooks  run the chapters afresh and store their outputs'
	@echo 'make clean      remove what was built; .venv stays'

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[draw,live,symbols,book,lab,test]'
	touch $@

# Always from a clean folder: after a warning a second, incremental build would pass.
book: $(STAMP)
	rm -rf _build
	$(BIN)/jupyter-book build . -W -n --keep-going

# PDF is set while the book is built, too: its pages then link to the file.
pdf: export PDF = yes
pdf: book
	$(BIN)/python -m website.whole_book _build/html

serve: book
	$(BIN)/python -m website.serve $(PORT)

lint: $(STAMP)
	$(BIN)/ruff check .

# A browser test waits for frames and pages, so three processes keep two cores busy, and none needs more than a thread for
# its products. In their own order the longest files come early; by the number of their tests they would come late.
test test-units: export OPENBLAS_NUM_THREADS ?= 1
# Dozens of processes import the same files: what one has compiled, the others read.
test test-units: export PYTHONDONTWRITEBYTECODE =
test: lint
	$(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder

# All but the browser tests, where only what they need is installed: make test-units PYTHON=python3.13 VENV=.venv-3.13
# WITHOUT=chapters leaves out their code, too.
test-units: constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[draw,live,symbols,book,test]'
	$(BIN)/python -m pytest -m 'not browser$(WITHOUT:%= and not %)'

# The oldest versions that pyproject.toml allows, which warn of things in each other that are not ours.
test-oldest: constraints-oldest.txt
	test -x .venv-oldest/bin/python || $(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet -c constraints-oldest.txt -e '.[draw,live,symbols,book]' check-jsonschema filelock hypothesis nbval playwright pypdf pytest PyYAML zizmor
	.venv-oldest/bin/python -m pytest -W ignore::DeprecationWarning -m 'not browser' lrp_edu website tests

# benchmarks/site lets torchvision be imported beside a torch without CUDA.
PEERS := PYTHONPATH='$(CURDIR)/benchmarks/site' .venv-peers/bin/python

# What needs torch, which is large: networks from there, the numbers of other libraries, and the chapter on both.
# pip reads its options from the environment, too, such as another place to look for a torch without CUDA.
.venv-peers/installed: pyproject.toml constraints.txt
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet -c constraints.txt -e '.[draw,live,symbols,book,lab,test,peers]'
	touch $@

test-peers: .venv-peers/installed
	$(PEERS) -m pytest lrp_edu/interop.py tests/test_interop.py tests/test_peers.py chapters/toolbox.ipynb

# The chapter on other libraries anew, with the cells that need them.
notebooks-peers: .venv-peers/installed
	$(PEERS) tools/notebooks.py chapters/toolbox.ipynb

# With CI set the random cases are the same in each run, and one thread for each product is enough for two processes.
mutants: $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[mutants]'
	CI=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m mutmut run --max-children 2
	$(BIN)/python -m mutmut results

slips: $(STAMP)
	$(BIN)/python tests/try_slips.py

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# The settings in lab/ ask nobody for news, and leave the chapters' Markdown to JupyterLab. Options: make lab LAB=--no-browser
lab: $(STAMP)
lab-peers: .venv-peers/installed
lab-peers: BIN := .venv-peers/bin
lab-peers: export PYTHONPATH := $(CURDIR)/benchmarks/site
lab lab-peers:
	JUPYTER_CONFIG_PATH='$(CURDIR)/lab' $(BIN)/jupyter lab --ServerApp.root_dir='$(CURDIR)' \
	  --LabApp.default_url=/lab/tree/chapters/taylor-series.ipynb $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB)

notebooks: $(STAMP)
	$(BIN)/python tools/references.py
	$(BIN)/python tools/notebooks.py
	$(BIN)/python tools/generated.py

clean:
	rm -rf _build
