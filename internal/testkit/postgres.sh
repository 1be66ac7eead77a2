#!/bin/sh
# Runs one throwaway PostgreSQL cluster until standard input ends, then removes it. Whoever holds the other end of that
# pipe may just die: there is nothing that it must do.
#
# usage: postgres.sh BIN TEMPLATE DIR
#   BIN       where PostgreSQL's server programs are
#   TEMPLATE  a cluster to copy; made when there is none, since initdb takes four times as long as cp
#   DIR       an empty directory for this cluster and its socket
#
# Prints "ready" when the cluster takes connections. Anything else that it prints is why it does not.
set -eu
exec 2>&1
bin=$1 template=$2 dir=$3
trap 'rm -rf "$dir"' EXIT

if [ ! -e "$template" ]; then
	# Text is sorted by a human language's rules, as most clusters do it: SQLite sorts by bytes, and nothing may
	# rely on either.
	"$bin/initdb" --no-sync --auth=trust --username=keyturn --encoding=UTF8 --locale=C.UTF-8 \
		--locale-provider=icu --icu-locale=en-US --pgdata="$dir/new" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
	mv -T "$dir/new" "$template" 2>/dev/null || rm -rf "$dir/new" # another process may have been faster
fi
[ -O "$template" ] || { echo "$template belongs to somebody else"; exit 1; }

cp -R "$template" "$dir/data"
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 200
fsync = off
full_page_writes = off
CONF
"$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -s -w start || { cat "$dir/log"; exit 1; }

echo ready
exec >/dev/null 2>&1 # from here on nobody may be there to read
cat
"$bin/pg_ctl" -D "$dir/data" -s -m immediate stop
