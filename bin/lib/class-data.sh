# Shared class data (Java's CDS archives); sourced by common.sh. A JVM that finds its classes parsed and verified in an archive starts in a
# fraction of the time (docs/decisions/0072-class-data-of-a-rehearsal.md). Gives:
#   class_data MODULE [there]  sets CLASS_DATA, the flags for a process of that module (server, tools); makes the archives when there are none for
#                            these jars and this JDK ("there": does without them then). Whatever goes wrong, CLASS_DATA is empty then, and the
#                            process starts as without.
#   old_jar_of PATH          prints the jar of a class path that the JVM cannot archive; fails when there is none
#   newer_jar_of JAR         prints where its copy with stack maps is, once it is made
# SHIPLOG_CLASS_DATA=off does without. find_java and ensure_built come first.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

CLASS_DATA_DIR=$TOP/target/class-data
REHEARSAL_TIMEOUT_S=120

class_data() {
  local archive
  CLASS_DATA=()
  [[ ${SHIPLOG_CLASS_DATA:-on} != off ]] || return 0
  [[ -n ${2:-} ]] || make_newer_jar || return 0
  archive=$(archive_of "$1") || return 0
  [[ -f $archive ]] || { [[ -z ${2:-} ]] && make_archives "$archive"; } || return 0
  # What the JVM would say of an archive is for whoever looks into it, not for the node's log.
  CLASS_DATA=("-XX:SharedArchiveFile=$archive" "-Xlog:cds*=off")
}

# picocli's classes are of Java 5, and the JVM archives only those with stack maps.
old_jar_of() {
  [[ $1 =~ [^:]*/picocli-[0-9.]+\.jar ]] && echo "${BASH_REMATCH[0]}"
}

newer_jar_of() {
  local name=${1##*/}
  echo "$CLASS_DATA_DIR/${name%.jar}-stack-maps.jar"
}

# Once for each version of it. Without the copy everything works, and takes longer.
make_newer_jar() {
  local list=$TOP/tools/target/classpath old new
  [[ -f $list ]] && old=$(old_jar_of "$(<"$list")") && new=$(newer_jar_of "$old") && [[ ! -f $new ]] || return 0
  mkdir -p "$CLASS_DATA_DIR" 2>/dev/null && [[ -w $CLASS_DATA_DIR ]] || return 1
  (
    flock 8
    [[ -f $new || -f $new.failed ]] ||
      "$JAVA" -XX:TieredStopAtLevel=1 -cp "$(class_path tools)" io.shiplog.tools.start.StackMapsMain "$old" "$new" >"$new.log" 2>&1 ||
      touch "$new.failed"
  ) 8>"$CLASS_DATA_DIR/lock"
}

# The JVM refuses an archive of other jars or of another JDK, and then starts slower than without one. So their names, sizes and times
# are in the archive's name: other jars, another archive.
archive_of() {
  local path sum java_home
  path=$(class_path "$1") || return 1
  java_home=$(java_home_of "$JAVA")
  # shellcheck disable=SC2086 # split at the colons
  sum=$(
    set -f
    IFS=:
    { echo "$path" && stat -L -c '%n %s %Y' -- $path "$JAVA" "$java_home/lib/modules"; } 2>/dev/null | cksum
    exit "${PIPESTATUS[0]}"
  ) || return 1
  echo "$CLASS_DATA_DIR/$1-java$JAVA_MAJOR-${sum%% *}.jsa"
}

# One process at a time makes them; the others wait for it. A directory that cannot be written, or a JDK that cannot do it, is no fault; what was
# tried in vain is not tried again.
make_archives() {
  mkdir -p "$CLASS_DATA_DIR" 2>/dev/null && [[ -w $CLASS_DATA_DIR ]] || return 1
  (
    flock 8
    [[ ! -f $1 ]] || exit 0
    [[ ! -f $1.failed ]] || exit 1
    echo "preparing shared class data (once for these jars and this JDK; some seconds) ..." >&2
    if rehearse 8>&- && [[ -f $1 ]]; then
      forget_old_archives
    else
      echo "${0##*/}: no shared class data, so processes start slower (why: $CLASS_DATA_DIR/*.log)" >&2
      touch "$1.failed"
      exit 1
    fi
  ) 8>"$CLASS_DATA_DIR/lock"
}

# A small cluster in one process, and the tools against it in another; each writes an archive of what it has loaded when it ends. The
# cluster ends when its standard input does, so it outlives nobody.
rehearse() (
  work=$(mktemp -d) || exit 1
  trap 'rm -rf "$work"' EXIT
  mkfifo "$work/stop"
  rehearse_module server io.shiplog.server.RehearsalMain "$work/nodes" "$work/addresses" <"$work/stop" &
  exec 7>"$work/stop"
  until [[ -s $work/addresses ]]; do
    kill -0 $! 2>/dev/null || exit 1
    sleep 0.05
  done
  # shellcheck disable=SC2046 # two addresses
  rehearse_module tools io.shiplog.tools.RehearsalMain $(<"$work/addresses") </dev/null 7>&- || true
  exec 7>&-
  wait $!
)

rehearse_module() {
  local module=$1 archive status=0
  shift
  archive=$(archive_of "$module") || return 1
  SHIPLOG_HEAP='' SHIPLOG_JVM_OPTIONS='' jvm_flags 512m
  timeout "$REHEARSAL_TIMEOUT_S" "$JAVA" "${JVM_FLAGS[@]}" "-XX:ArchiveClassesAtExit=$archive.$$" \
    -cp "$(class_path "$module")" "$@" >"$CLASS_DATA_DIR/$module.log" 2>&1 || status=$?
  ((status == 0)) && mv "$archive.$$" "$archive" && return
  rm -f "$archive.$$"
  return 1
}

# Those of jars that are no more. A process that has one open keeps it.
forget_old_archives() {
  local module
  for module in server tools; do
    find "$CLASS_DATA_DIR" -maxdepth 1 -name "$module-java$JAVA_MAJOR-*" ! -path "$(archive_of "$module")" -delete
  done
}
