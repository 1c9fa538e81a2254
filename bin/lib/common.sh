# Shared by the scripts of bin/; sourced, not run. Sets TOP (the project's directory) and gives:
#   die MESSAGE              one line to stderr, exit 2
#   find_java                sets JAVA and JAVA_MAJOR
#   ensure_built MODULE...   builds the project when one of these modules is not built or older than its sources
#   class_path MODULE        prints a runnable module's class path: jars only, always in the same order
#   class_data MODULE        sets CLASS_DATA (class-data.sh)
#   jvm_flags HEAP           sets JVM_FLAGS for a node with that heap
#   tool_command HEAP [there]  sets TOOL_COMMAND, what runs a main class of the tools with that heap; "there": as class_data has it
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VERSION=0.1.0-SNAPSHOT

die() {
  echo "${0##*/}: $*" >&2
  exit 2
}

# Every glibc arena may keep 64 MiB of a native library's freed memory; two are enough for our threads.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-2}

find_java() {
  if [[ -n ${JAVA_HOME:-} ]]; then
    JAVA=$JAVA_HOME/bin/java
    [[ -x $JAVA ]] || die "JAVA_HOME is $JAVA_HOME, but $JAVA does not exist"
  else
    JAVA=$(command -v java) || die "no java: install a JDK (17 or newer), or set JAVA_HOME"
  fi
  local version
  version=$(java_version)
  JAVA_MAJOR=${version%%[.\"-]*}
  [[ $JAVA_MAJOR =~ ^[0-9]+$ && $JAVA_MAJOR -ge 17 ]] || die "$JAVA is version ${version%%\"*}: Shiplog needs 17 or newer"
}

# The directory of a java, through all links.
java_home_of() {
  local binary
  binary=$(readlink -f "$1")
  echo "${binary%/bin/java}"
}

# What the JDK's file "release" says, or else java itself, which takes far longer to ask.
java_version() {
  local line release
  release=$(java_home_of "$JAVA")/release
  if [[ -r $release ]] && line=$(grep -m1 '^JAVA_VERSION="' "$release"); then
    echo "${line#*\"}"
    return
  fi
  line=$("$JAVA" -version 2>&1 | grep -m1 ' version "') || die "$JAVA -version says nothing that looks like a version"
  echo "${line#*\"}"
}

# A module is stale when a source is newer than its jar and than the last build made here (a build leaves a jar alone
# when nothing in it changed, so the jar's time alone would say "stale" for ever after a touched pom).
is_stale() {
  local module=$1 jar=$TOP/$1/target/$1-$VERSION.jar stamp=$TOP/target/build-stamp
  [[ -f $jar ]] || return 0
  [[ $module != server && $module != tools && $module != bench && $module != simulation && $module != fuzz ]] || [[ -f $TOP/$module/target/classpath ]] || return 0
  local newer=(-newer "$jar")
  [[ ! -f $stamp ]] || newer+=(-newer "$stamp")
  [[ -n $(find "$TOP/pom.xml" "$TOP/$module/pom.xml" "$TOP/$module/src/main" -type f "${newer[@]}" -print -quit) ]]
}

needs_build() {
  local module
  for module in metadata-quorum storage replication server "$@"; do
    ! is_stale "$module" || return 0
  done
  return 1
}

# SHIPLOG_NO_BUILD=1 takes what is there (tests that run inside a build set it).
ensure_built() {
  [[ -z ${SHIPLOG_NO_BUILD:-} ]] || return 0
  needs_build "$@" || return 0
  command -v mvn >/dev/null || die "Shiplog is not built, and there is no mvn to build it: install Maven (3.8.7 or newer)"
  mkdir -p "$TOP/target"
  (
    flock 9
    if needs_build "$@"; then
      echo "building Shiplog (mvn package; the first time takes a minute or two) ..." >&2
      touch "$TOP/target/build-stamp.new"
      (cd "$TOP" && mvn -q -B -DskipTests package) >"$TOP/target/build.log" 2>&1 || {
        tail -n 30 "$TOP/target/build.log" >&2
        echo "${0##*/}: the build failed (all of it: $TOP/target/build.log)" >&2
        exit 2
      }
      mv "$TOP/target/build-stamp.new" "$TOP/target/build-stamp"
      # With the build, so that the first command or cluster need not wait for it; those who look at neither do without.
      [[ " $* " != "  " && " $* " != *" tools "* ]] || class_data tools
    fi
  ) 9>"$TOP/target/build.lock" || exit 2
}

class_path() {
  local list=$TOP/$1/target/classpath path old new
  [[ -f $list ]] || die "$1 is not built: run mvn package"
  path=$TOP/$1/target/$1-$VERSION.jar:$(<"$list")
  if old=$(old_jar_of "$path") && new=$(newer_jar_of "$old") && [[ -f $new ]]; then path=${path/"$old"/"$new"}; fi
  printf '%s' "$path"
}

# Small heaps want the serial collector: no collector threads, the least memory beside the heap.
jvm_flags() {
  JVM_FLAGS=(
    # Metaspace begins above what a node needs: reaching its first bound means a full collection in the middle of a start.
    "-Xmx${SHIPLOG_HEAP:-$1}" -XX:MetaspaceSize=96m -XX:+UseSerialGC -Xshare:auto -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError
    # The second compiler begins four times later than by default: within a start it costs more than it brings.
    -XX:Tier4InvocationThreshold=20000 -XX:Tier4MinInvocationThreshold=2400 -XX:Tier4CompileThreshold=60000
    -XX:Tier4BackEdgeThreshold=160000
    # Whoever waits for an event loop waits for the compilers, too, on a machine of few processors: they come after everybody else (nice 10).
    -XX:ThreadPriorityPolicy=1 -XX:CompilerThreadPriority=10
    # Netty's events for the flight recorder would start that: a quarter of a second.
    -Dio.netty.allocator.type=pooled -Dio.netty.jfr.enabled=false -Dfile.encoding=UTF-8
    "-Djava.util.logging.config.file=$TOP/config/jul.properties"
  )
  # Nobody but root may give a thread more than its share; nobody is to have it, and so the warning says nothing.
  ((EUID == 0)) || JVM_FLAGS+=(-XX:-PrintWarnings)
  if ((JAVA_MAJOR >= 24)); then
    JVM_FLAGS+=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
  fi
  if [[ -n ${SHIPLOG_JVM_OPTIONS:-} ]]; then
    local extra
    read -ra extra <<<"$SHIPLOG_JVM_OPTIONS"
    JVM_FLAGS+=("${extra[@]}")
  fi
}

# A tool lives for seconds, and seldom for minutes: the compiler that starts fastest is enough. A node on the same machine comes first.
tool_command() {
  class_data tools "${2:-}"
  TOOL_COMMAND=(
    nice -n 10 "$JAVA" "-Xmx${SHIPLOG_HEAP:-$1}" -XX:+UseSerialGC -Xshare:auto -XX:TieredStopAtLevel=1 -XX:-UsePerfData
    ${CLASS_DATA[@]+"${CLASS_DATA[@]}"} -Dio.netty.jfr.enabled=false -Dsun.reflect.inflationThreshold=1000000 "-Djava.util.logging.config.file=$TOP/config/jul.properties" -cp "$(class_path tools)"
  )
}

source "$TOP/bin/lib/class-data.sh"
