#!/usr/bin/env bash
# RabbitMQ and FerretDB for the tests that need them, by hand, on loopback only:
#
#   .ci/services.sh start               builds FerretDB the first time (needs Go), starts both, waits until they answer
#   eval "$(.ci/services.sh env)"       TEST_RABBITMQ_URL, TEST_MONGO_URL, TEST_CHROMIUM; then `make test`
#   .ci/services.sh stop                stops them and removes their data
#
# SERVICES_DIR keeps data, logs and pids. RABBITMQ_PORT and MONGO_PORT choose ports, free ones otherwise.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(realpath -m "${SERVICES_DIR:-/tmp/library-portal-services-$(id -u)}")
START_SECONDS=90
STOP_SECONDS=30

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Named after its sources, so that a change of them builds anew.
ferretdb_binary() {
    local sources version
    sources=$(cat "$here"/ferretdb/{main.go,go.mod,go.sum} | sha256sum | head -c 12)
    version=$(sed -n 's|^require github.com/FerretDB/FerretDB v||p' "$here/ferretdb/go.mod")
    echo "${XDG_CACHE_HOME:-$HOME/.cache}/library-portal/ferretdb-$version-$sources"
}

build_ferretdb() {
    local binary
    binary=$(ferretdb_binary)
    [[ -x $binary ]] && return
    echo "Building FerretDB (a minute or two the first time)"
    mkdir -p "$(dirname "$binary")"
    (cd "$here/ferretdb" && CGO_ENABLED=0 go build -trimpath -tags ferretdb_no_postgresql -o "$binary.$$" .)
    mv "$binary.$$" "$binary"
}

# Each service leads its own process group and works in our folder: stopping ends that group and nothing else.
launch() {
    local name=$1
    shift
    (cd "$dir" && exec setsid "$@") </dev/null >"$dir/$name.log" 2>&1 &
    echo $! >"$dir/$name.pid"
}

answers() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

refuse_taken() {
    local port
    for port in "$@"; do
        if answers "$port"; then
            echo "Port $port is taken" >&2
            return 1
        fi
    done
}

await_port() {
    local name=$1 port=$2 deadline=$((SECONDS + START_SECONDS))
    until answers "$port"; do
        if ! kill -0 "$(cat "$dir/$name.pid")" 2>/dev/null || ((SECONDS > deadline)); then
            echo "$name did not start:" >&2
            tail -n 40 "$dir/$name.log" >&2
            return 1
        fi
        sleep 0.2
    done
}

start_rabbitmq() {
    local port=$1 epmd_port
    epmd_port=$(free_port)
    : >"$dir/rabbitmq.conf"
    launch epmd epmd -address 127.0.0.1 -port "$epmd_port"
    await_port epmd "$epmd_port"
    # HOME holds the cookie of the cluster of one; the package's wrapper in /usr/sbin would change the user and the folders.
    launch rabbitmq env HOME="$dir" ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_NODENAME="portal$port@localhost" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$port" \
        RABBITMQ_DIST_PORT="$(free_port)" RABBITMQ_MNESIA_BASE="$dir/rabbitmq" RABBITMQ_LOG_BASE="$dir/rabbitmq-logs" \
        RABBITMQ_CONFIG_FILE="$dir/rabbitmq.conf" RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_ENABLED_PLUGINS_FILE="$dir/enabled_plugins" \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        /usr/lib/rabbitmq/bin/rabbitmq-server
    await_port rabbitmq "$port"
}

start_ferretdb() {
    mkdir "$dir/ferretdb"
    launch ferretdb "$(ferretdb_binary)" "127.0.0.1:$1" "$dir/ferretdb/"
    await_port ferretdb "$1"
}

start() {
    local rabbitmq_port=${RABBITMQ_PORT:-$(free_port)} mongo_port=${MONGO_PORT:-$(free_port)}
    refuse_taken "$rabbitmq_port" "$mongo_port"
    build_ferretdb
    mkdir "$dir" || { echo "$dir exists: stop what runs there first" >&2 && return 1; }
    chmod 700 "$dir"
    echo '[].' >"$dir/enabled_plugins"
    trap '[[ -f $dir/env ]] || stop' EXIT
    start_rabbitmq "$rabbitmq_port"
    start_ferretdb "$mongo_port"
    cat >"$dir/env" <<-VARIABLES
		export TEST_RABBITMQ_URL=amqp://guest:guest@127.0.0.1:$rabbitmq_port//
		export TEST_MONGO_URL=mongodb://127.0.0.1:$mongo_port/
		export TEST_CHROMIUM=$(command -v chromium || true)
	VARIABLES
    echo "RabbitMQ on port $rabbitmq_port, FerretDB on port $mongo_port"
}

stop_one() {
    local group deadline=$((SECONDS + STOP_SECONDS))
    [[ -f $dir/$1.pid ]] || return 0
    group=$(cat "$dir/$1.pid")
    [[ $(readlink "/proc/$group/cwd") == "$dir" ]] || return 0
    kill -TERM -- "-$group" 2>/dev/null || true
    while kill -0 -- "-$group" 2>/dev/null; do
        if ((SECONDS > deadline)); then
            kill -KILL -- "-$group" 2>/dev/null || true
            break
        fi
        sleep 0.2
    done
}

stop() {
    [[ -f $dir/enabled_plugins ]] || return 0
    stop_one ferretdb
    stop_one rabbitmq
    stop_one epmd
    rm -rf "$dir"
}

case ${1:-} in
    start | stop) "$1" ;;
    env) cat "$dir/env" ;;
    *) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" && exit 2 ;;
esac
