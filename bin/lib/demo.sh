# bin/cluster demo: sourced by bin/cluster. Starts a cluster of its own, runs io.shiplog.tools.demo against it, and leaves no
# process behind, however it ends.
# Copyright the Shiplog authors
# SPDX-License-Identifier: Apache-2.0

demo_usage() {
  cat <<'END'
usage: bin/cluster demo [--dir DIR] [--base-port P] [--combined] [--rolling] [--spread-ms MS] [--keep] [FILE...]

Starts 3 quorum nodes and 3 storage nodes, creates a topic (6 partitions, 3 replicas, min.insync.replicas 2), sends every
line of the files (default: all text files of this project) with the stock Java producer, acks=all, while a stock consumer
reads along. Half-way it kills (-9) the storage node that leads most partitions; near the end it starts it again. Then it
reads everything back: each acknowledged line must be there exactly once, at its acknowledged offset, in order per
partition; the ISR must be complete again, and the replicas byte-identical below the high watermark.
Exit 0: all well. 1: not, and it names what is missing. 2: cannot begin.

  --dir DIR         where the cluster lives (var/demo); emptied first, and removed when all was well
  --base-port P     see bin/cluster --help (19700)
  --combined        three processes that hold both roles
  --rolling         kills nobody; restarts every process, one after the other, as bin/cluster rolling-restart does, while the
                    lines are sent again and again
  --spread-ms MS    sends a small input over this time (10000)
  --keep            leaves the cluster running
END
}

DEMO_JAVA=
DEMO_KEEP=false
DEMO_ROLLING=false
DEMO_PASSED=false

cmd_demo() {
  local shape=(--base-port 19700) spread=10000 files=()
  DIR=$TOP/var/demo
  while (($# > 0)); do
    case $1 in
      --dir | --base-port | --spread-ms)
        (($# > 1)) || die "$1 needs a value"
        case $1 in
          --dir) DIR=$2 ;;
          --base-port) shape[1]=$2 ;;
          --spread-ms) require_number "$1" "$2" 0 3600000 && spread=$2 ;;
        esac
        shift
        ;;
      --combined) shape+=(--combined) ;;
      --rolling) DEMO_ROLLING=true ;;
      --keep) DEMO_KEEP=true ;;
      --help | -h)
        demo_usage
        return
        ;;
      -*) die "unknown option $1 (bin/cluster demo --help)" ;;
      *) files+=("$1") ;;
    esac
    shift
  done
  require_files ${files[@]+"${files[@]}"}
  find_java
  ensure_built tools
  empty_directory
  parse_options --dir "$DIR" "${shape[@]}"
  mkdir -p "$DIR"
  touch "$DIR/demo"
  list_files ${files[@]+"${files[@]}"} >"$DIR/files"
  run_demo "$spread"
}

require_files() {
  local file
  for file in "$@"; do
    [[ -f $file && -r $file ]] || die "$file is not a readable file"
  done
}

# NUL-terminated: the given files, else the text files that the project tracks (a copy without git: those outside target/).
list_files() {
  if (($# > 0)); then
    realpath -z -- "$@"
  elif git -C "$TOP" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -C "$TOP" grep -zIl --full-name -e '' | while IFS= read -rd '' file; do printf '%s/%s\0' "$TOP" "$file"; done
  else
    find "$TOP" \( -name target -o -name var -o -name '.?*' \) -prune -o -type f -size +0 -print0 | xargs -0 grep -ZIl -e ''
  fi
}

# Only what a demo has made is removed, and only when nothing of it runs.
empty_directory() {
  local name
  [[ -e $DIR ]] || return 0
  DIR=$(cd "$DIR" && pwd) || exit 2
  [[ -f $DIR/demo ]] || [[ -z $(ls -A "$DIR") ]] || die "$DIR is not empty and not a demo's (take another --dir)"
  if load_shape; then
    for name in $(all_names); do
      ! node_pid "$name" >/dev/null || die "a demo still runs in $DIR (bin/cluster stop --dir $DIR)"
    done
  fi
  rm -rf "$DIR"
}

run_demo() {
  local addresses status=0 rolling=()
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap end_demo EXIT
  addresses=$(cmd_start)
  [[ $DEMO_ROLLING == false ]] || rolling=(--rolling "$(rolling_order | paste -sd, -)" --quorum "$(quorum_endpoints)")
  tool_command 256m
  # In the background, because bash runs a trap only after the foreground command has ended.
  "${TOOL_COMMAND[@]}" io.shiplog.tools.demo.DemoMain --bootstrap "$addresses" --cluster-directory "$DIR" \
    --cluster-script "$TOP/bin/cluster" --files-from "$DIR/files" --spread-ms "$1" ${rolling[@]+"${rolling[@]}"} &
  DEMO_JAVA=$!
  wait "$DEMO_JAVA" || status=$?
  DEMO_JAVA=
  ((status != 0)) || DEMO_PASSED=true
  exit "$status"
}

# The demo's own process first: it waits for a bin/cluster command under way, so that no node starts after this.
end_demo() {
  local status=$?
  trap '' INT TERM HUP
  if [[ -n $DEMO_JAVA ]]; then
    kill -TERM "$DEMO_JAVA" 2>/dev/null || true
    wait "$DEMO_JAVA" 2>/dev/null || true
  fi
  if [[ $DEMO_KEEP == true && $status -le 1 ]]; then
    echo "the cluster goes on in $DIR: $(bootstrap)   (bin/cluster stop --dir $DIR ends it)"
    return
  fi
  # shellcheck disable=SC2046 # names have no spaces
  kill_nodes $(all_names)
  if [[ $DEMO_PASSED == true ]]; then
    rm -rf "$DIR"
  else
    echo "logs: $DIR/*/log" >&2
  fi
}
