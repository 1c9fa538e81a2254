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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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

    @Mixin
    private Connection connection;

    @Mixin
    private Patience patience;

    @Override
    public Integer call() throws Exception {
        patience.waitMs();
        try (Cluster cluster = connection.connect()) {
            int before = Leaderships.displaced(cluster.image()).size();
            boolean[] asked = {false};
            boolean balanced = patience.until(() -> {
                List<Displaced> displaced = Leaderships.displaced(cluster.image());
                // Asked anew when a replica has come back into sync.
                if (!asked[0] || displaced.stream().anyMatch(each -> each.why() == null)) {
                    asked[0] = true;
                    Elections.elect(cluster, ElectionType.PREFERRED, null);
                }
                return Leaderships.displaced(cluster.image()).isEmpty();
            });
            print(cluster.image(), before, connection.out());
            return balanced || !patience.on() ? 0 : 1;
        }
    }

    private void print(MetadataImage image, int before, PrintWriter out) {
        List<Displaced> left = Leaderships.displaced(image);
        Rows shares = LeadersCommand.rows(image);
        Rows displaced = new Rows("partition", "leader", "preferred", "why");
        left.stream()
                .limit(connection.json() ? left.size() : MAX_NAMED)
                .forEach(each -> displaced.add(
                        each.partition(), each.leader() < 0 ? null : each.leader(), each.preferred(), each.why()));
        if (connection.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("moved", Math.max(0, before - left.size()));
            object.put("balanced", left.isEmpty());
            object.put("displaced", displaced.objects());
            object.put("nodes", shares.objects());
            out.println(Json.write(object));
        } else {
            out.println(Math.max(0, before - left.size()) + " leaderships moved; "
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
