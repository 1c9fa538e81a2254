# Apache Kafka, the peer that this project is compared with, and jars of other people's clients: from the Maven repository, in its pinned
# versions. Sourced after common.sh. Gives:
#   maven_class_path NAME G:A:V...   prints the class path of these artifacts with all that they need; kept in $CACHE
#   kafka_class_path                 Apache Kafka, brokers and tools
#   kafka_start DIR BASE_PORT N      N combined nodes, on P+1.. (controllers P+101..), below DIR; ends when all of them serve
#   kafka_stop DIR [ID...]           ends these nodes (all), and waits; kafka_kill DIR ID... without a farewell
#   kafka_resume DIR ID...           starts nodes again that were stopped
#   kafka_bootstrap DIR              their addresses
#   free_base_port                   a base port of which P+1..9, P+101..109 and P+201..209 are free
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

source "$TOP/bin/lib/nodes.sh"

KAFKA_VERSION=4.3.1
CACHE=${SHIPLOG_CACHE:-$TOP/var/cache}

maven_class_path() {
  local name=$1 list=$CACHE/$1.classpath
  shift
  if ! jars_are_there "$list" "$*"; then
    command -v mvn >/dev/null || die "there is no mvn to get $name: install Maven (3.8.7 or newer)"
    mkdir -p "$CACHE"
    (
      flock 9
      jars_are_there "$list" "$*" || resolve_jars "$name" "$list" "$@"
    ) 9>"$CACHE/lock" || exit 2
  fi
  sed -n 2p "$list"
}

# The file's first line says what was asked for, the second what it came to. Whoever empties the local repository gets the jars again.
jars_are_there() {
  local lines jar jars
  [[ -f $1 ]] || return 1
  mapfile -t lines <"$1"
  [[ ${lines[0]} == "$2" ]] || return 1
  IFS=: read -ra jars <<<"${lines[1]}"
  for jar in "${jars[@]}"; do [[ -f $jar ]] || return 1; done
}

resolve_jars() {
  local name=$1 list=$2 pom=$CACHE/$1.pom.xml artifact group id version online
  shift 2
  {
    echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>io.shiplog.peers</groupId>'
    echo "<artifactId>$name</artifactId><version>1</version><packaging>pom</packaging><dependencies>"
    for artifact in "$@"; do
      IFS=: read -r group id version <<<"$artifact"
      echo "<dependency><groupId>$group</groupId><artifactId>$id</artifactId><version>$version</version></dependency>"
    done
    echo '</dependencies></project>'
  } >"$pom"
  for online in -o ''; do
    # shellcheck disable=SC2086 # nothing, or one word
    if mvn $online -q -B -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
      -Dmdep.outputFile="$list.jars" >"$CACHE/$name.log" 2>&1; then
      { echo "$*" && cat "$list.jars" && echo; } >"$list.new"
      rm -f "$list.jars"
      mv "$list.new" "$list"
      return
    fi
    [[ -z $online ]] || echo "getting $* (once) ..." >&2
  done
  echo "${0##*/}: Maven does not bring $*: $(grep -m1 ERROR "$CACHE/$name.log")" >&2
  return 1
}

kafka_class_path() {
  maven_class_path "kafka-$KAFKA_VERSION" "org.apache.kafka:kafka_2.13:$KAFKA_VERSION" "org.apache.kafka:kafka-tools:$KAFKA_VERSION" \
    org.slf4j:slf4j-simple:1.7.36
}

free_base_port() {
  local base offset i tries
  for ((tries = 0; tries < 100; tries++)); do
    base=$((20000 + RANDOM % 120 * 100))
    for offset in 0 100 200; do
      for ((i = 1; i <= 9; i++)); do
        ! (exec 3<>"/dev/tcp/127.0.0.1/$((base + offset + i))") 2>/dev/null || continue 3
      done
    done
    echo "$base"
    return
  done
  die "no free ports"
}

kafka_ids() {
  local node
  for node in "$1"/node-*/; do
    node=${node%/}
    echo "${node##*-}"
  done
}

kafka_bootstrap() {
  local id list=
  for id in $(kafka_ids "$1"); do list+=,127.0.0.1:$(($(<"$1/base-port") + id)); done
  echo "${list#,}"
}

# KAFKA_HEAP (384m) and KAFKA_SETTINGS (lines for every node) as the caller has them.
kafka_start() {
  local dir=$1 base=$2 count=$3 id voters=
  KAFKA_CLASS_PATH=$(kafka_class_path)
  mkdir -p "$dir"
  echo "$base" >"$dir/base-port"
  for ((id = 1; id <= count; id++)); do voters+=,$id@127.0.0.1:$((base + 100 + id)); done
  local formats=()
  for ((id = 1; id <= count; id++)); do
    mkdir -p "$dir/node-$id"
    kafka_settings "$dir" "$base" "$count" "$id" "${voters#,}" >"$dir/node-$id/server.properties"
    "$JAVA" -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$KAFKA_CLASS_PATH" \
      kafka.tools.StorageTool format -t MkU3OEVBNTcwNTJENDM2Qk -c "$dir/node-$id/server.properties" >"$dir/node-$id/log" 2>&1 &
    formats+=($!)
  done
  for id in "${formats[@]}"; do
    wait "$id" || {
      tail -n 5 "$dir"/node-*/log >&2
      die "the format step of Kafka failed"
    }
  done
  # shellcheck disable=SC2046 # numbers
  kafka_resume "$dir" $(kafka_ids "$dir")
}

kafka_settings() {
  local dir=$1 base=$2 count=$3 id=$4 voters=$5
  cat <<END
process.roles=broker,controller
node.id=$id
broker.rack=rack-$id
controller.quorum.voters=$voters
listeners=PLAINTEXT://127.0.0.1:$((base + id)),CONTROLLER://127.0.0.1:$((base + 100 + id))
advertised.listeners=PLAINTEXT://127.0.0.1:$((base + id))
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/node-$id/data
num.network.threads=2
num.io.threads=4
auto.create.topics.enable=false
default.replication.factor=$count
min.insync.replicas=$(((count + 1) / 2))
offsets.topic.replication.factor=$count
transaction.state.log.replication.factor=$count
transaction.state.log.min.isr=$(((count + 1) / 2))
share.coordinator.state.topic.replication.factor=$count
share.coordinator.state.topic.min.isr=$(((count + 1) / 2))
replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector
${KAFKA_SETTINGS:-}
END
}

# A session of its own, so that Ctrl-C at the terminal reaches the script only, which then stops it.
kafka_resume() {
  local dir=$1 id pid flags deadline=$((SECONDS + 180))
  shift
  KAFKA_CLASS_PATH=${KAFKA_CLASS_PATH:-$(kafka_class_path)}
  read -ra flags <<<"${KAFKA_JVM_OPTIONS:--XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35}"
  for id in "$@"; do
    setsid "$JAVA" "-Xmx${KAFKA_HEAP:-384m}" -server "${flags[@]}" -Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
      -cp "$KAFKA_CLASS_PATH" kafka.Kafka "$dir/node-$id/server.properties" >>"$dir/node-$id/log" 2>&1 </dev/null &
    pid=$!
    disown
    echo "$pid" >"$dir/node-$id/pid"
    # Until it has become java, its command line is still ours.
    until kafka_pid "$dir" "$id" >/dev/null || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  done
  for id in "$@"; do
    until (($(known_brokers $(($(<"$dir/base-port") + id)) || echo 0) >= $(kafka_running "$dir" | wc -l))); do
      kafka_pid "$dir" "$id" >/dev/null || {
        tail -n 15 "$dir/node-$id/log" >&2
        die "node $id of Kafka died at start"
      }
      ((SECONDS < deadline)) || die "node $id of Kafka does not serve (log: $dir/node-$id/log)"
      sleep 0.1
    done
  done
}

kafka_running() {
  local id
  for id in $(kafka_ids "$1"); do
    ! kafka_pid "$1" "$id" >/dev/null || echo "$id"
  done
}

# A pid counts only while its command line names that node's file.
kafka_pid() {
  local pid file=$1/node-$2/pid
  [[ -f $file ]] || return 1
  pid=$(<"$file")
  [[ -r /proc/$pid/cmdline ]] && tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF "$1/node-$2/server.properties" || return 1
  echo "$pid"
}

kafka_stop() { kafka_end TERM "$@"; }

kafka_kill() { kafka_end KILL "$@"; }

# What does not end within 20 s is killed.
kafka_end() {
  local signal=$1 dir=$2 id pid deadline=$((SECONDS + 20))
  shift 2
  [[ -d $dir ]] || return 0
  # shellcheck disable=SC2046 # numbers
  (($# > 0)) || set -- $(kafka_ids "$dir")
  for id in "$@"; do
    ! pid=$(kafka_pid "$dir" "$id") || kill "-$signal" "$pid" 2>/dev/null || true
  done
  for id in "$@"; do
    while pid=$(kafka_pid "$dir" "$id"); do
      ((SECONDS < deadline)) || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.1
    done
    rm -f "$dir/node-$id/pid"
  done
}
