#!/bin/sh
# Installs what the tests need and the machine lacks, by Debian's apt. Run again, it finds everything there and does
# nothing.
set -eu

# lacks names the packages whose programs the machine lacks.
lacks() {
	command -v cc >/dev/null || echo gcc libc6-dev # the race detector needs cgo
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
	command -v toot >/dev/null || echo toot
	/usr/bin/python3 -c 'import mastodon' 2>/dev/null || echo python3-mastodon
	command -v chromium >/dev/null || echo chromium
}

fail() {
	echo "test-deps: $*" >&2
	exit 1
}

missing=$(lacks | xargs)
if [ -z "$missing" ]; then
	echo "test-deps: everything is there"
	exit 0
fi
command -v apt-get >/dev/null || fail "there is no apt-get here; install by hand: $missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || fail "not root, and no sudo; as root run: apt-get install $missing"
	sudo=sudo
fi

# The tests start PostgreSQL clusters of their own: whether the package's own one starts does not matter.
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300"
echo "test-deps: installing $missing"
$apt update || fail "apt-get update failed"
# shellcheck disable=SC2086 # a list of words
$apt install --no-install-recommends $missing || fail "apt-get could not install: $missing"

missing=$(lacks | xargs)
[ -z "$missing" ] || fail "installed, but still not found: $missing"
echo "test-deps: everything is there"
