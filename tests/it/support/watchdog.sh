# Keeps one throwaway PostgreSQL cluster, and ends it when the test process ends.
#
# The arguments are the directory of PostgreSQL's programs, and further options of the server. The first line read is
# the superuser's password, and is answered by the directory that the cluster and its `log` will be in. Each further
# line names a port to start on, and is answered by `ready` or `failed`. The lines end when the test process does,
# however it does: then the server stops and the directory goes.
bin=$1
options=$2
umask 077
trap '' HUP INT QUIT TERM PIPE

read -r password
dir=$(mktemp -d -t meridian-test-postgres-XXXXXXXX) || exit
echo "$dir"
cd "$dir" || exit
echo "$password" >password
"$bin/initdb" --pgdata="$dir/cluster" --username=meridian --auth=password --pwfile="$dir/password" \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 </dev/null

while read -r port; do
    if "$bin/pg_ctl" start --wait --silent --pgdata="$dir/cluster" --log="$dir/log" --options="-p $port \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 -c wal_level=minimal \
        -c max_wal_senders=0 -c jit=off -c dynamic_shared_memory_type=mmap $options" >>"$dir/log" 2>&1 </dev/null
    then echo ready
    else echo failed
    fi
done

"$bin/pg_ctl" stop --mode=immediate --silent --pgdata="$dir/cluster" >/dev/null 2>&1
cd /
rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }
