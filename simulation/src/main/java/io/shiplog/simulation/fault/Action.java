// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/**
 * One thing that a client does.
 *
 * @param atMs since the cluster was ready
 * @param client number of the producer; of no meaning for others
 * @param partition number of the partition
 * @param seed of what is left to chance in it
 */
public record Action(long atMs, ActionKind kind, int client, int partition, int amount, long seed) implements Step {
    @Override
    public String toText() {
        return "action " + atMs + " " + kind + " " + client + " " + partition + " " + amount + " " + seed;
    }

    static Action parse(String[] words) {
        return new Action(
                Long.parseLong(words[1]),
                ActionKind.valueOf(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]),
                Long.parseLong(words[6]));
    }
}
