// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

/**
 * What {@code /proc/PID/stat} says of a process (proc(5)).
 *
 * @param name of the program, at most 15 characters
 * @param state R, S and D run; T is stopped; Z and X are dead
 * @param threads that are not gone yet, the first one included
 */
record ProcessStat(String name, char state, int threads) {
    /** Of what stands behind the name: proc(5) counts from 1, and the state is its third. */
    private static final int THREADS = 20 - 3;

    static ProcessStat parse(String line) {
        int end = line.lastIndexOf(')');
        String[] words = line.substring(end + 1).strip().split(" ", -1);
        return new ProcessStat(
                line.substring(line.indexOf('(') + 1, end), words[0].charAt(0), Integer.parseInt(words[THREADS]));
    }

    /**
     * Whether its files are closed and its ports free. The state is that of its first thread: that may be dead a second before the others,
     * which share the files.
     */
    boolean hasLetGo() {
        return (state == 'Z' || state == 'X') && threads <= 1;
    }
}
