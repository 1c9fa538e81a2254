// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.List;

/**
 * {@code LoadMain BOOTSTRAP TOPIC PARTITIONS PER_SECOND}: a load for scripts that do something to a cluster meanwhile. Prints a line when it runs, ends when its
 * input does, and then says whether every record was acknowledged and is there once. Exit 0: so it is; 1: it is not; 2: usage.
 */
public final class LoadMain {
    private static final int ARGUMENTS = 4;
    private static final int FIRST_RECORDS = 500;
    private static final long WAIT_MS = 120_000;
    private static final long SEED = 7;
    private static final int USAGE = 2;

    private LoadMain() {}

    /** See the class. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length != ARGUMENTS) {
            System.err.println("usage: LoadMain BOOTSTRAP TOPIC PARTITIONS PER_SECOND");
            System.exit(USAGE);
        }
        int partitions = Integer.parseInt(arguments[2]);
        int perSecond = Integer.parseInt(arguments[3]);
        CheckedLoad load = new CheckedLoad(arguments[0], arguments[1], partitions, SEED, perSecond, WAIT_MS);
        load.begin(FIRST_RECORDS);
        System.out.println("the load runs: " + load.ledger().acknowledgedLines() + " records are acknowledged");
        while (System.in.read() >= 0) {
            // whatever comes means nothing
        }
        List<String> faults = load.end();
        faults.forEach(fault -> System.out.println("FAULT: " + fault));
        System.out.printf(
                "%d records sent, %d acknowledged and read back; longest time without one %d ms; %d faults%n",
                load.ledger().sentLines(),
                load.ledger().acknowledgedLines(),
                load.ledger().longestGapMs(),
                faults.size());
        System.exit(faults.isEmpty() ? 0 : 1);
    }
}
