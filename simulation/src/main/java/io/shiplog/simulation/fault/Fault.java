// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/**
 * One fault.
 *
 * @param atMs since the cluster was ready
 * @param target a storage node as {@code node-2}, or by what it is at that time: {@code leader-0}, {@code follower-0} of the partition with this
 *     number; {@code -} where the kind says it all. {@code x=leader-0} gives the node the name {@code x}, under which later faults find it
 * @param other a second storage node, or {@code -}
 * @param durationMs after which it ends by itself
 * @param seed of what is left to chance in it
 */
public record Fault(long atMs, FaultKind kind, String target, String other, long durationMs, long seed)
        implements Step {
    @Override
    public String toText() {
        return "fault " + atMs + " " + kind + " " + target + " " + other + " " + durationMs + " " + seed;
    }

    static Fault parse(String[] words) {
        return new Fault(
                Long.parseLong(words[1]),
                FaultKind.valueOf(words[2]),
                words[3],
                words[4],
                Long.parseLong(words[5]),
                Long.parseLong(words[6]));
    }
}
