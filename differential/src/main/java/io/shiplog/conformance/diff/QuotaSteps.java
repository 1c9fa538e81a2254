// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.protocol.ApiKeys;

/** Quotas and credentials of users. Quotas are for clients that never come, so that nobody is slowed down. */
final class QuotaSteps {
    private static final String PRODUCE = "producer_byte_rate";
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;
    private static final byte SHA_256 = 1;
    private static final int ITERATIONS = 4096;

    private QuotaSteps() {}

    static void addTo(Script script) {
        alter(script, "of a user", PRODUCE, 1_000_000, "user", "alice");
        alter(script, "of a client", "consumer_byte_rate", 2_000_000, "client-id", "nobody");
        alter(script, "of a user's client", "request_percentage", 50, "user", "alice", "client-id", "nobody");
        alter(script, "of the default user", PRODUCE, 1e12, "user", null);
        alter(script, "of an address", "connection_creation_rate", 1_000, "ip", "10.1.2.3");
        alter(script, "an unknown name", "no_such_rate", 1, "user", "alice");
        alter(script, "a rate of nothing", PRODUCE, 0, "user", "alice");
        alter(script, "a negative rate", PRODUCE, -1, "user", "alice");
        alter(script, "half a byte", PRODUCE, 0.5, "user", "alice");
        alter(script, "half a connection", "connection_creation_rate", 0.5, "ip", "10.1.2.3");
        alter(script, "an unknown entity", PRODUCE, 1, "planet", "mars");
        alter(script, "no entity", PRODUCE, 1);
        alter(script, "the same entity twice", PRODUCE, 1, "user", "alice", "user", "bob");
        alter(script, "an address with a user", PRODUCE, 1, "user", "alice", "ip", "10.1.2.3");
        alter(script, "an address that cannot be", "connection_creation_rate", 1, "ip", "not an address");
        alter(script, "a user without a name", PRODUCE, 1, "user", "");
        describe(script, "all", false);
        describe(script, "users with a name or not", false, component("user", ANY, null));
        describe(script, "users only", true, component("user", ANY, null));
        describe(script, "one user", true, component("user", EXACT, "alice"));
        describe(script, "the default user", true, component("user", DEFAULT, null));
        describe(script, "an unknown entity", true, component("planet", ANY, null));
        describe(script, "a match that does not exist", true, component("user", (byte) 7, null));
        describe(script, "an exact match of nothing", true, component("user", EXACT, null));
        describe(script, "the same entity twice", true, component("user", ANY, null), component("user", ANY, null));
        describe(script, "an address with a user", true, component("user", ANY, null), component("ip", ANY, null));
        describe(script, "an entity without a name", true, component("", ANY, null));
        script.ask(
                ApiKeys.ALTER_CLIENT_QUOTAS,
                "removed, and removed again",
                (cluster, v) -> entry(new OpData().setKey(PRODUCE).setRemove(true), "user", "alice"));
        credentials(script);
    }

    private static void alter(Script script, String name, String key, double value, String... entity) {
        script.ask(
                ApiKeys.ALTER_CLIENT_QUOTAS,
                name,
                (cluster, v) -> entry(new OpData().setKey(key).setValue(value), entity));
    }

    private static AlterClientQuotasRequestData entry(OpData operation, String... entity) {
        var parts = new ArrayList<EntityData>();
        for (int i = 0; i < entity.length; i += 2) {
            parts.add(new EntityData().setEntityType(entity[i]).setEntityName(entity[i + 1]));
        }
        return new AlterClientQuotasRequestData()
                .setEntries(List.of(new EntryData().setEntity(parts).setOps(List.of(operation))));
    }

    private static ComponentData component(String type, byte match, String name) {
        return new ComponentData().setEntityType(type).setMatchType(match).setMatch(name);
    }

    private static void describe(Script script, String name, boolean strict, ComponentData... components) {
        script.ask(
                ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                name,
                (cluster, v) ->
                        new DescribeClientQuotasRequestData().setStrict(strict).setComponents(List.of(components)));
    }

    private static void credentials(Script script) {
        upsert(script, "of a user", "alice", SHA_256, ITERATIONS, 32);
        upsert(script, "too few iterations", "alice", SHA_256, 1, 32);
        upsert(script, "too many iterations", "alice", SHA_256, 1_000_000, 32);
        upsert(script, "a mechanism that does not exist", "alice", (byte) 9, ITERATIONS, 32);
        upsert(script, "a user without a name", "", SHA_256, ITERATIONS, 32);
        script.ask(
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                "deletes what is not there",
                (cluster, v) -> new AlterUserScramCredentialsRequestData()
                        .setDeletions(List.of(
                                new ScramCredentialDeletion().setName("bob").setMechanism(SHA_256))));
        script.ask(
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                "all",
                (cluster, v) -> new DescribeUserScramCredentialsRequestData().setUsers(null));
        script.ask(
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                "a known and an unknown one",
                (cluster, v) -> new DescribeUserScramCredentialsRequestData()
                        .setUsers(List.of(new UserName().setName("alice"), new UserName().setName("bob"))));
        script.ask(
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                "the same one twice",
                (cluster, v) -> new DescribeUserScramCredentialsRequestData()
                        .setUsers(List.of(new UserName().setName("alice"), new UserName().setName("alice"))));
    }

    private static void upsert(Script script, String name, String user, byte mechanism, int iterations, int length) {
        script.ask(
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                name,
                (cluster, v) -> new AlterUserScramCredentialsRequestData()
                        .setUpsertions(List.of(new ScramCredentialUpsertion()
                                .setName(user)
                                .setMechanism(mechanism)
                                .setIterations(iterations)
                                .setSalt(new byte[length])
                                .setSaltedPassword(new byte[length]))));
    }
}
