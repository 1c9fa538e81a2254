// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Groups with members that come and go, in each protocol. */
final class GroupCases {
    private static final String AREA = "groups";

    /** The first client that is tried whose consumer protocol is more than a preview. */
    private static final int CONSUMER_PROTOCOL = 3009;

    /** A way to share partitions: its name in the table, and the settings of a member. */
    private record Protocol(String name, Map<String, Object> settings, int since) {
        Map<String, Object> of(String group) {
            Map<String, Object> all = new HashMap<>(settings);
            all.put("group.id", group);
            return all;
        }
    }

    private GroupCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (Protocol each : List.of(
                classic("eager", "RangeAssignor"),
                classic("cooperative", "CooperativeStickyAssignor"),
                new Protocol("KIP-848", Map.of("group.protocol", "consumer"), CONSUMER_PROTOCOL))) {
            int since = each.since();
            String name = each.name() + ": ";
            cases.add(Case.quick(AREA, name + "two members share", session -> share(session, each))
                    .since(since));
            cases.add(Case.of(
                            AREA,
                            name + "what a leaving member had goes to the others",
                            session -> leave(session, each))
                    .since(since));
            cases.add(Case.of(
                            AREA,
                            name + "records are read while members come and go",
                            session -> comeAndGo(session, each))
                    .since(since));
            cases.add(Case.of(AREA, name + "a static member comes back", session -> staticMember(session, each))
                    .since(since));
            cases.add(Case.of(AREA, name + "a partition is added", session -> added(session, each))
                    .since(since));
        }
        Protocol cooperative = classic("cooperative", "CooperativeStickyAssignor");
        cases.add(Case.of(
                AREA, "cooperative: nothing is taken away that is given back", session -> keeps(session, cooperative)));
        for (String assignor : List.of("RoundRobinAssignor", "StickyAssignor")) {
            Protocol protocol = classic(assignor, assignor);
            cases.add(Case.of(AREA, "eager: " + assignor, session -> share(session, protocol)));
        }
        Protocol eager = classic("eager", "RangeAssignor");
        cases.add(Case.of(
                AREA, "eager: a member that dies is replaced after its session", session -> dies(session, eager)));
        cases.add(Case.of(
                AREA,
                "eager: the older of two static members with one name is fenced",
                session -> fenced(session, eager)));
        cases.add(Case.of(AREA, "eager: members without a common assignor are refused", GroupCases::inconsistent));
        cases.add(Case.of(AREA, "eager: a session outside of the limits is refused", GroupCases::sessionLimits));
        return cases;
    }

    private static Protocol classic(String name, String assignor) {
        return new Protocol(
                name,
                Map.of(
                        "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor,
                        "session.timeout.ms", 6000,
                        "heartbeat.interval.ms", 300),
                0);
    }

    /** Together they have each partition once. */
    static boolean divided(int partitions, Member... members) {
        Set<Integer> seen = new HashSet<>();
        int count = 0;
        for (Member each : members) {
            if (each.failure() != null) {
                throw new AssertionError("a member ended: " + each.failure());
            }
            Set<Integer> own = each.partitions();
            if (own.isEmpty()) {
                return false;
            }
            seen.addAll(own);
            count += own.size();
        }
        return seen.size() == partitions && count == partitions;
    }

    private static void share(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        Member first = Member.join(session, settings, topic);
        Expect.eventually("the first member has all", () -> divided(4, first));
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> divided(4, first, second));
        for (int i = 0; i < 4; i++) {
            session.write(topic, i, 5);
        }
        Expect.eventually(
                "all is read once",
                () -> first.records().size() + second.records().size() == 20);
        Expect.equal(first.records().size(), 10, "what the first has read");
    }

    private static void leave(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        Member first = Member.join(session, settings, topic);
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> divided(4, first, second));
        first.close();
        Expect.eventually("the second has all", () -> divided(4, second));
    }

    /** Every record is read; one that was not committed in time may be read twice. */
    private static void comeAndGo(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        List<Member> members = new ArrayList<>(List.of(Member.join(session, settings, topic)));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 4; i++) {
                session.write(topic, i, 10);
            }
            members.add(Member.join(session, settings, topic));
            if (round == 1) {
                members.get(0).close();
            }
        }
        Expect.eventually("all 120 records are read", () -> read(members).size() == 120);
    }

    private static Set<String> read(List<Member> members) {
        Set<String> seen = new HashSet<>();
        for (Member each : members) {
            for (ConsumerRecord<String, String> record : each.records()) {
                seen.add(record.partition() + "/" + record.offset());
            }
        }
        return seen;
    }

    /** Nothing moves while it is away. */
    private static void staticMember(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        Map<String, Object> named = new HashMap<>(settings);
        named.put("group.instance.id", "one");
        Map<String, Object> other = new HashMap<>(settings);
        other.put("group.instance.id", "two");
        Member second = Member.join(session, other, topic);
        Member first = Member.join(session, named, topic);
        Expect.eventually("both have their share", () -> divided(4, first, second));
        Set<Integer> before = first.partitions();
        int taken = second.revoked();
        first.close();
        Member again = Member.join(session, named, topic);
        Expect.eventually("it is back", () -> divided(4, again, second));
        Expect.equal(again.partitions(), before, "what it has");
        Expect.equal(second.revoked(), taken, "what was taken from the other");
    }

    private static void added(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(2);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        Member first = Member.join(session, settings, topic);
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> divided(2, first, second));
        session.get(session.admin()
                .createPartitions(Map.of(topic, org.apache.kafka.clients.admin.NewPartitions.increaseTo(4)))
                .all());
        Expect.eventually("both have their share of four", () -> divided(4, first, second));
    }

    private static void keeps(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(4);
        Map<String, Object> settings = protocol.of(session.fresh("group"));
        Member first = Member.join(session, settings, topic);
        Expect.eventually("the first member has all", () -> divided(4, first));
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> divided(4, first, second));
        Expect.equal(first.revoked(), 2, "partitions taken from the first");
    }

    private static void dies(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(2);
        Map<String, Object> settings = new HashMap<>(protocol.of(session.fresh("group")));
        Map<String, Object> mute = new HashMap<>(settings);
        mute.put("group.instance.id", "mortal");
        Member first = Member.join(session, mute, topic);
        settings.put("group.instance.id", "other");
        Member second = Member.join(session, settings, topic);
        Expect.eventually("both have their share", () -> divided(2, first, second));
        first.close();
        Expect.eventually("the second has all", () -> divided(2, second));
    }

    private static void fenced(Session session, Protocol protocol) throws Exception {
        String topic = session.topic(2);
        Map<String, Object> settings = new HashMap<>(protocol.of(session.fresh("group")));
        settings.put("group.instance.id", "same");
        Member first = Member.join(session, settings, topic);
        Expect.eventually("the first has all", () -> divided(2, first));
        Member second = Member.join(session, settings, topic);
        Expect.eventually("the first is fenced", () -> first.failure() != null);
        Expect.equal(first.failure().getClass().getSimpleName(), "FencedInstanceIdException", "what ended it");
        Expect.eventually("the second has all", () -> divided(2, second));
    }

    private static void inconsistent(Session session) throws Exception {
        String topic = session.topic(2);
        String group = session.fresh("group");
        Member first = Member.join(session, classic("", "RangeAssignor").of(group), topic);
        Expect.eventually("the first has all", () -> divided(2, first));
        Member second = Member.join(session, classic("", "RoundRobinAssignor").of(group), topic);
        Expect.eventually("the second is refused", () -> second.failure() != null);
        Expect.equal(
                second.failure().getClass().getSimpleName(), "InconsistentGroupProtocolException", "what ended it");
        Expect.that(divided(2, first), "the first has lost something");
    }

    private static void sessionLimits(Session session) throws Exception {
        String topic = session.topic(1);
        Map<String, Object> settings =
                Map.of("group.id", session.fresh("group"), "session.timeout.ms", 100, "heartbeat.interval.ms", 30);
        Member member = Member.join(session, settings, topic);
        Expect.eventually("the member is refused", () -> member.failure() != null);
        Expect.equal(member.failure().getClass().getSimpleName(), "InvalidSessionTimeoutException", "what ended it");
    }
}
