// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/** What only the consumer protocol has (KIP-848). */
final class NewGroupCases {
    private static final String AREA = "groups";
    private static final int KAFKA_4_0 = 4000;

    private NewGroupCases() {}

    static List<Case> all() {
        return List.of(
                Case.of(AREA, "KIP-848: assignor range", session -> assignor(session, "range"))
                        .since(KAFKA_4_0),
                Case.of(AREA, "KIP-848: assignor uniform", session -> assignor(session, "uniform"))
                        .since(KAFKA_4_0),
                Case.of(AREA, "KIP-848: an unknown assignor is refused", NewGroupCases::unknownAssignor)
                        .since(KAFKA_4_0),
                Case.of(AREA, "KIP-848: the server matches a pattern", NewGroupCases::pattern)
                        .since(KAFKA_4_0)
                        .inQuick(),
                Case.of(AREA, "KIP-848: a bad pattern is refused", NewGroupCases::badPattern)
                        .since(KAFKA_4_0),
                Case.of(AREA, "KIP-848: a name in use is not released", NewGroupCases::unreleased)
                        .since(KAFKA_4_0),
                Case.of(AREA, "KIP-848: a classic group becomes a consumer group and back", NewGroupCases::migration)
                        .since(KAFKA_4_0));
    }

    private static Map<String, Object> settings(Session session) {
        return new HashMap<>(Map.of("group.protocol", "consumer", "group.id", session.fresh("group")));
    }

    private static void assignor(Session session, String name) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = settings(session);
        settings.put("group.remote.assignor", name);
        Member first = Member.join(session, settings, topic);
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> GroupCases.divided(4, first, second));
        if (name.equals("range")) {
            Set<Set<Integer>> shares = Set.of(first.partitions(), second.partitions());
            Expect.equal(shares, Set.of(new TreeSet<>(List.of(0, 1)), new TreeSet<>(List.of(2, 3))), "the shares");
        }
    }

    private static void unknownAssignor(Session session) throws Exception {
        String topic = session.topic(1);
        Map<String, Object> settings = settings(session);
        settings.put("group.remote.assignor", "fair");
        Member member = Member.join(session, settings, topic);
        Expect.eventually("the member is refused", () -> member.failure() != null);
        Expect.equal(member.failure().getClass().getSimpleName(), "UnsupportedAssignorException", "what ended it");
    }

    private static Member byPattern(Session session, Map<String, Object> settings, String pattern) throws Exception {
        Object subscription = Newer.create("org.apache.kafka.clients.consumer.SubscriptionPattern", pattern);
        return Member.join(
                session, settings, (consumer, listener) -> Newer.call(consumer, "subscribe", subscription, listener));
    }

    private static void pattern(Session session) throws Exception {
        String prefix = session.fresh("pattern");
        session.topic(new NewTopic(prefix + "-a", 1, (short) 3));
        Member member = byPattern(session, settings(session), prefix + "-[a-c]");
        Expect.eventually(
                "it has the topic that is there",
                () -> member.assigned().equals(Set.of(new TopicPartition(prefix + "-a", 0))));
        session.topic(new NewTopic(prefix + "-b", 1, (short) 3));
        session.topic(new NewTopic(prefix + "-d", 1, (short) 3));
        session.write(prefix + "-b", 0, 3);
        Expect.eventually(
                "it has the topic that came later", () -> member.records().size() == 3);
        Expect.equal(member.assigned().size(), 2, "the number of partitions");
    }

    private static void badPattern(Session session) throws Exception {
        Member member = byPattern(session, settings(session), "(unfinished");
        Expect.eventually("the member is refused", () -> member.failure() != null);
        Expect.equal(member.failure().getClass().getSimpleName(), "InvalidRegularExpression", "what ended it");
    }

    private static void unreleased(Session session) throws Exception {
        String topic = session.topic(1);
        Map<String, Object> settings = settings(session);
        settings.put("group.instance.id", "same");
        Member first = Member.join(session, settings, topic);
        Expect.eventually("the first has all", () -> GroupCases.divided(1, first));
        Member second = Member.join(session, settings, topic);
        Expect.eventually("the second is refused", () -> second.failure() != null);
        Expect.equal(second.failure().getClass().getSimpleName(), "UnreleasedInstanceIdException", "what ended it");
        Expect.that(GroupCases.divided(1, first), "the first has lost something");
    }

    private static void migration(Session session) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> consumer = settings(session);
        Map<String, Object> classic = Map.of(
                "group.id",
                consumer.get("group.id"),
                "session.timeout.ms",
                45_000,
                "heartbeat.interval.ms",
                500,
                "partition.assignment.strategy",
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        Member first = Member.join(session, classic, topic);
        Expect.eventually("the classic member has all", () -> GroupCases.divided(4, first));
        session.write(topic, 0, 5);
        Expect.eventually("it reads", () -> first.records().size() == 5);
        Member second = Member.join(session, consumer, topic);
        Expect.eventually("both have their share", () -> GroupCases.divided(4, first, second));
        first.close();
        Expect.eventually("the new member has all", () -> GroupCases.divided(4, second));
        session.write(topic, 0, 5);
        Expect.eventually(
                "it goes on where the other was", () -> second.records().size() == 5);
        Member third = Member.join(session, classic, topic);
        Expect.eventually("both have their share again", () -> GroupCases.divided(4, third, second));
        second.close();
        Expect.eventually("the classic member has all again", () -> GroupCases.divided(4, third));
    }
}
