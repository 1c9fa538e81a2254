// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.Leaderships;
import io.shiplog.tools.quorum.Leaderships.Displaced;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.ElectionType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gives every partition back to its preferred leader where that is in sync. */
@Command(
        name = "balance",
        mixinStandardHelpOptions = true,
        description = "Makes the first replica of each partition its leader again, where it is in sync.",
        footer = {
            "",
            "Examples:",
            "  shiplog leaders balance",
            "  shiplog leaders balance --wait        until every preferred leader leads; says what is in the way"
        })
public final class BalanceLeadersCommand implements Callable<Integer> {
    private static final int MAX_NAMED = 10;
    private static final long AGAIN_MS = 1_000;
    private static final long SHOWS_MS = 10;

    @Mixin
    private Connection connection;

    @Mixin
    private Patience patience;

    @Override
    public Integer call() throws Exception {
        patience.waitMs();
        try (Cluster cluster = connection.connect()) {
            Rounds rounds = new Rounds(cluster);
            boolean balanced = patience.until(rounds::balanced);
            print(cluster.image(), rounds.moved, connection.out());
            return balanced || !patience.on() ? 0 : 1;
        }
    }

    /** Elections, one after the other as long as there is a leadership that could move. */
    private static final class Rounds {
        private final Cluster cluster;
        private int moved;
        private long askedNs;
        private boolean asked;

        Rounds(Cluster cluster) {
            this.cluster = cluster;
        }

        /** Asked anew when a replica has come back into sync, once a second at most: each time all partitions are gone through. */
        boolean balanced() throws Exception {
            List<Displaced> displaced = Leaderships.displaced(cluster.image());
            boolean due = !asked || System.nanoTime() - askedNs > TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
            if (due && (!asked || displaced.stream().anyMatch(each -> each.why() == null))) {
                asked = true;
                askedNs = System.nanoTime();
                moved += elect();
            }
            return Leaderships.displaced(cluster.image()).isEmpty();
        }

        /** Has them elected, and waits until the metadata here shows it; says how many were. */
        private int elect() throws Exception {
            Set<String> elected = new HashSet<>();
            Elections.elect(cluster, ElectionType.PREFERRED, null).forEach((partition, outcome) -> {
                if (outcome.elected()) {
                    elected.add(partition.toString());
                }
            });
            while (System.nanoTime() - askedNs < TimeUnit.MILLISECONDS.toNanos(AGAIN_MS)
                    && Leaderships.displaced(cluster.image()).stream()
                            .anyMatch(each -> elected.contains(each.partition()))) {
                TimeUnit.MILLISECONDS.sleep(SHOWS_MS);
            }
            return elected.size();
        }
    }

    private void print(MetadataImage image, int moved, PrintWriter out) {
        List<Displaced> left = Leaderships.displaced(image);
        Rows shares = LeadersCommand.rows(image);
        Rows displaced = new Rows("partition", "leader", "preferred", "why");
        left.stream()
                .limit(connection.json() ? left.size() : MAX_NAMED)
                .forEach(each -> displaced.add(
                        each.partition(), each.leader() < 0 ? null : each.leader(), each.preferred(), each.why()));
        if (connection.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("moved", moved);
            object.put("balanced", left.isEmpty());
            object.put("displaced", displaced.objects());
            object.put("nodes", shares.objects());
            out.println(Json.write(object));
        } else {
            out.println(moved + " leaderships moved; "
                    + (left.isEmpty()
                            ? "every preferred leader leads"
                            : left.size() + " partitions are not led by their preferred leader"));
            if (!left.isEmpty()) {
                out.print(displaced.table());
            }
            if (left.size() > MAX_NAMED) {
                out.println("and " + (left.size() - MAX_NAMED) + " more");
            }
            out.print(shares.table());
        }
        out.flush();
    }
}
