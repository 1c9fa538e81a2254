# One local cluster of real processes under a directory: its nodes' names, ports, files and processes. Sourced by
# bin/cluster after common.sh. The directory holds cluster.properties and <role>-<id>/{config.properties,data,log,pid}.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

# Ports of node i: Kafka's at base + i, Ratis' at base + 100 + i, the metadata endpoint's at base + 200 + i.
kafka_port() { echo $((BASE_PORT + $1)); }
raft_port() { echo $((BASE_PORT + 100 + $1)); }
endpoint_port() { echo $((BASE_PORT + 200 + $1)); }

# Reads the shape of the cluster in $DIR, if there is one, into QUORUM, STORAGE, COMBINED and BASE_PORT.
load_shape() {
  local file=$DIR/cluster.properties key value
  [[ -f $file ]] || return 1
  while IFS='=' read -r key value; do
    case $key in
      quorum) QUORUM=$value ;;
      storage) STORAGE=$value ;;
      combined) COMBINED=$value ;;
      base.port) BASE_PORT=$value ;;
    esac
  done <"$file"
}

save_shape() {
  mkdir -p "$DIR"
  printf 'quorum=%s\nstorage=%s\ncombined=%s\nbase.port=%s\n' "$QUORUM" "$STORAGE" "$COMBINED" "$BASE_PORT" \
    >"$DIR/cluster.properties"
}

quorum_names() {
  local i
  [[ $COMBINED == true ]] || for ((i = 1; i <= QUORUM; i++)); do echo "quorum-$i"; done
}

# The nodes that clients talk to.
storage_names() {
  local i role=storage
  [[ $COMBINED == false ]] || role=node
  for ((i = 1; i <= STORAGE; i++)); do echo "$role-$i"; done
}

all_names() {
  quorum_names
  storage_names
}

require_node() {
  local name
  for name in $(all_names); do
    [[ $name != "$1" ]] || return 0
  done
  die "no node $1 in $DIR; there are: $(all_names | tr '\n' ' ')"
}

node_ports() {
  local id=${1##*-}
  case $1 in
    quorum-*) echo "$(raft_port "$id") $(endpoint_port "$id")" ;;
    storage-*) kafka_port "$id" ;;
    node-*) echo "$(kafka_port "$id") $(raft_port "$id") $(endpoint_port "$id")" ;;
  esac
}

main_class() {
  case $1 in
    quorum-*) echo io.shiplog.metadata.node.QuorumNodeMain ;;
    storage-*) echo io.shiplog.server.StorageNodeMain ;;
    node-*) echo io.shiplog.server.StandaloneMain ;;
  esac
}

heap() {
  case $1 in
    quorum-*) echo 96m ;;
    storage-*) echo 128m ;;
    node-*) echo 192m ;;
  esac
}

bootstrap() {
  local i list=
  for ((i = 1; i <= STORAGE; i++)); do list+=,127.0.0.1:$(kafka_port "$i"); done
  echo "${list#,}"
}

quorum_endpoints() {
  local i list=
  for ((i = 1; i <= QUORUM; i++)); do list+=,127.0.0.1:$(endpoint_port "$i"); done
  echo "${list#,}"
}

# The order of a rolling restart.
rolling_order() {
  storage_names
  quorum_names
}

quorum_lines() {
  local id=$1 data=$2 i voters=
  for ((i = 1; i <= QUORUM; i++)); do voters+=,$i@127.0.0.1:$(raft_port "$i"):$(endpoint_port "$i"); done
  printf 'quorum.voters=%s\ndata.dir=%s\n' "${voters#,}" "$data"
}

storage_lines() {
  local id=$1 data=$2
  printf 'listeners=PLAINTEXT://127.0.0.1:%s\nlog.dirs=%s\n' "$(kafka_port "$id")" "$data"
  printf 'quorum.endpoints=%s\n' "$(quorum_endpoints)"
}

# Writes a node's configuration once; a file that exists is the user's.
write_config() {
  local name=$1 id=${1##*-} home=$DIR/$1
  mkdir -p "$home/data"
  [[ ! -f $home/config.properties ]] || return 0
  {
    echo "# $name of the local cluster in $DIR; written by bin/cluster, yours to edit (config/ explains the keys)"
    echo "node.id=$id"
    case $name in
      quorum-*) quorum_lines "$id" "$home/data" ;;
      storage-*) storage_lines "$id" "$home/data" ;;
      node-*)
        quorum_lines "$id" "$home/data/quorum"
        storage_lines "$id" "$home/data/log"
        ;;
    esac
  } >"$home/config.properties"
}

# Prints the process of a node that runs, paused or not. A pid file may be older than a reboot: the process counts only
# when its command line names this node's configuration file. Nothing is forked here or below: bin/cluster asks many times
# while nodes start, and they need the processors.
node_pid() {
  local file=$DIR/$1/pid pid words word
  [[ -f $file ]] || return 1
  pid=$(<"$file")
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
  { mapfile -d '' -t words; } 2>/dev/null <"/proc/$pid/cmdline" || return 1
  for word in ${words[@]+"${words[@]}"}; do
    if [[ $word == "$DIR/$1/config.properties" ]]; then
      read_stat "$pid" && [[ ${STAT[0]} != Z ]] || return 1
      echo "$pid"
      return
    fi
  done
  return 1
}

# Sets STAT to what proc(5) says of a process from its state on; fails when there is no such process. State: R, S, D run, T is
# stopped by a signal, Z is dead and not yet waited for.
read_stat() {
  local line
  { read -r line; } 2>/dev/null <"/proc/$1/stat" || return 1
  read -ra STAT <<<"${line##*) }"
}

# Whether nothing is left of a process: its ports are free and its files closed. A process that ends loses its command line,
# and its first thread may be dead, while other threads still hold all that. $2 is when it started, as process_birth said.
is_gone() {
  read_stat "$1" || return 0
  [[ ${STAT[19]} == "$2" ]] || return 0
  [[ ${STAT[0]} == [ZX] ]] && ((STAT[17] <= 1))
}

# Whether a node's process has no command line any more and yet holds ports and files: its first thread may be dead a second
# before the others. Such a process is no node that runs, and nobody else may have its ports yet.
is_dying() {
  local pid line first=
  [[ -f $DIR/$1/pid ]] || return 1
  pid=$(<"$DIR/$1/pid")
  [[ $pid =~ ^[0-9]+$ ]] || return 1
  { read -r line; } 2>/dev/null <"/proc/$pid/stat" && [[ $line == *"(java) "* ]] || return 1
  { read -r -N 1 first; } 2>/dev/null <"/proc/$pid/cmdline" || [[ -r /proc/$pid/stat ]] || return 1
  [[ -z $first ]] && read_stat "$pid" && ! { [[ ${STAT[0]} == [ZX] ]] && ((STAT[17] <= 1)); }
}

# Waits until nothing is left of processes of the named nodes that were killed, or ended by themselves.
await_dying() {
  local name deadline=$((SECONDS + STOP_TIMEOUT_S))
  for name in "$@"; do
    while is_dying "$name"; do
      ((SECONDS < deadline)) || die "the process of $name does not come to its end: $(<"$DIR/$name/pid")"
      sleep 0.02
    done
  done
}

# When a process started, which tells it from a later one of the same number; empty when there is none.
process_birth() {
  ! read_stat "$1" || echo "${STAT[19]}"
}

is_paused() {
  local pid
  pid=$(node_pid "$1") && read_stat "$pid" && [[ ${STAT[0]} == T ]]
}

signal_node() {
  local pid
  pid=$(node_pid "$2") || die "$2 does not run"
  kill "-$1" "$pid"
  [[ $1 != STOP ]] || await_stopped "$2" "$pid"
}

# A thread goes on until it meets the signal, which takes a while on a busy machine. Whoever pauses a node means: nothing
# that is sent to it from now on is taken.
await_stopped() {
  local tries=0
  while threads_run "$2"; do
    ((++tries <= 500)) || die "$1 (pid $2) does not stop"
    sleep 0.02
  done
}

threads_run() {
  local task
  for task in "/proc/$1/task/"*; do
    read_stat "$1/task/${task##*/}" || continue
    [[ ${STAT[0]} == [TtZX] ]] || return 0
  done
  return 1
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

require_free_ports() {
  local name port taken=0
  for name in "$@"; do
    for port in $(node_ports "$name"); do
      if port_is_taken "$port"; then
        echo "cluster: port $port of $name is taken by another process (choose others with --base-port)" >&2
        taken=1
      fi
    done
  done
  ((taken == 0)) || exit 2
}

# Starts the named nodes, which must not run, and returns without waiting for them. They get a session of their own, so
# that Ctrl-C at the terminal reaches bin/cluster only.
launch() {
  local name home cp pid
  cp=$(class_path server)
  class_data server
  for name in "$@"; do
    home=$DIR/$name
    write_config "$name"
    jvm_flags "$(heap "$name")"
    setsid "$JAVA" "${JVM_FLAGS[@]}" ${CLASS_DATA[@]+"${CLASS_DATA[@]}"} -cp "$cp" "$(main_class "$name")" "$home/config.properties" \
      >>"$home/log" 2>&1 </dev/null &
    pid=$!
    disown
    echo "$pid" >"$home/pid"
    # Until it has become java, its command line is still ours.
    until node_pid "$name" >/dev/null || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  done
}

# Asks a node for Metadata (version 1, no topics) and prints how many brokers it knows, that is: unfenced storage nodes.
# The response: length, correlation id, then the count of the array of brokers; four bytes each.
known_brokers() {
  local bytes
  bytes=$(
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf '\0\0\0\x0e\0\x03\0\x01\0\0\0\x01\xff\xff\0\0\0\0' >&3
    timeout 2 head -c 12 <&3 | od -An -tu1 -v
  ) || return 1
  # shellcheck disable=SC2086 # splits into the twelve bytes
  set -- $bytes
  [[ $# -eq 12 ]] || return 1
  echo $((($9 << 24) + (${10} << 16) + (${11} << 8) + ${12}))
}

# Waits until each named storage node answers and knows of at least $1 serving storage nodes; ends with the log of a node
# that died.
await_serving() {
  local count=$1 deadline=$((SECONDS + START_TIMEOUT_S)) name serving
  shift
  for name in "$@"; do
    while :; do
      check_alive
      serving=$(known_brokers "$(kafka_port "${name##*-}")") || serving=-1
      ((serving < count)) || break
      ((SECONDS < deadline)) ||
        give_up "$name" "does not serve after $START_TIMEOUT_S s (knows of $serving of $count storage nodes)"
      sleep 0.05
    done
  done
}

# The nodes started by this command must stay alive while it waits.
check_alive() {
  local name
  for name in "${STARTED[@]}"; do
    is_alive "$name" || give_up "$name" "died at start"
  done
}

# While a process turns from one program into the next (here from setsid into java) it has no command line for a moment: that is no death.
is_alive() {
  local tries
  for ((tries = 0; tries < 10; tries++)); do
    ! node_pid "$1" >/dev/null || return 0
    read_stat "$(<"$DIR/$1/pid")" && [[ ${STAT[0]} != Z ]] || return 1
    sleep 0.02
  done
  return 1
}

# A start that failed leaves none of the processes that it started.
give_up() {
  {
    echo "--- the last lines of $DIR/$1/log"
    tail -n 15 "$DIR/$1/log" || true
    echo "---"
    echo "cluster: $1 $2; ended what was started (logs: $DIR/*/log)"
  } >&2
  kill_nodes "${STARTED[@]}"
  exit 1
}

# Asks the named nodes to end and waits until nothing is left of them; one that does not end within the time is killed, and
# said so.
terminate() {
  local name pid deadline=$((SECONDS + STOP_TIMEOUT_S))
  local -A pids=() births=()
  await_dying "$@"
  for name in "$@"; do
    if pid=$(node_pid "$name"); then
      pids[$name]=$pid
      births[$name]=$(process_birth "$pid")
      kill -TERM "$pid" 2>/dev/null || true
      kill -CONT "$pid" 2>/dev/null || true
    fi
  done
  for name in "${!pids[@]}"; do
    until is_gone "${pids[$name]}" "${births[$name]}"; do
      if ((SECONDS >= deadline)); then
        echo "cluster: $name did not stop within $STOP_TIMEOUT_S s: killed" >&2
        kill -KILL "${pids[$name]}" 2>/dev/null || true
        deadline=$((SECONDS + 5))
      fi
      sleep 0.02
    done
    rm -f "$DIR/$name/pid"
  done
}

# Ends the named nodes at once, without a farewell, and waits until nothing is left of them.
kill_nodes() {
  local name pid
  local -A births=()
  for name in "$@"; do
    if pid=$(node_pid "$name"); then
      births[$pid]=$(process_birth "$pid")
      kill -KILL "$pid" 2>/dev/null || true
    fi
  done
  for pid in "${!births[@]}"; do
    until is_gone "$pid" "${births[$pid]}"; do sleep 0.02; done
  done
  await_dying "$@"
}
