# Keyturn. `make` lists what can be made; ARGS="…" reaches the program or tool that a target runs.

.DEFAULT_GOAL := help
.PHONY: help demo build test test-deps test-long lint bench cover fuzz clean

# The version is stamped from git where git can say it: not in an unpacked archive, nor in somebody else's clone.
VCS := $(shell git rev-parse --git-dir >/dev/null 2>&1 && echo auto || echo false)

# The race detector watches our code and what it calls, but not SQLite, whose C was translated to Go: that keeps its memory
# to itself, and watching it takes more than half of the tests' time. Only the translated C and its library are left out: what is generic in
# Go's library is compiled once into every package that uses it, and the linker takes any of them; one that is not watched
# hides from the detector how sync.Map keeps goroutines in order, and makes it see races where there are none.
RACE := -race $(foreach p,sqlite/lib libc memory,-gcflags=modernc.org/$(p)=-race=false)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## build, and run a seeded network with its desk on loopback
	bin/keyturn demo $(ARGS)

build: ## build bin/keyturn
	go build -buildvcs=$(VCS) -o bin/keyturn ./cmd/keyturn

test: test-deps lint ## install what the tests need, then run every check and test with the race detector
	go test $(RACE) -timeout 20m $(ARGS) ./...

test-deps: ## install the programs that the tests drive, where they are missing (Debian, apt)
	@scripts/test-deps.sh

test-long: test-deps ## the same tests in their large sizes: hours, and 50 GB of disk
	KEYTURN_TEST_LONG=1 go test $(RACE) -timeout 4h $(ARGS) ./...
	KEYTURN_TEST_ENTRIES=10000000 go test -timeout 4h -run 'TestLongLedger$$' -v ./internal/audit

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not as gofmt writes it:" $$unformatted; exit 1; }
	go vet ./...
	go tool staticcheck ./...

bench: build ## run the benchmarks
	bin/keyturn bench $(ARGS)
	go test -run '^$$' -bench . -benchmem ./...

cover: test-deps ## test coverage, as bin/cover.html and a sum
	@mkdir -p bin
	go test -timeout 20m -coverpkg ./... -coverprofile bin/cover.out ./...
	go tool cover -html bin/cover.out -o bin/cover.html
	go tool cover -func bin/cover.out | tail -1

fuzz: ## run every fuzz target for a while (FUZZTIME=10s)
	@scripts/fuzz.sh $(or $(FUZZTIME),10s)

clean: ## remove what was built
	rm -rf bin
