// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Administration of groups and of what they remember. */
final class GroupAdminCases {
    private static final String AREA = "admin: groups";
    private static final int KAFKA_4_0 = 4000;

    private GroupAdminCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "describeConsumerGroups: classic", session -> describe(session, "classic")),
                Case.of(AREA, "describeConsumerGroups: KIP-848", session -> describe(session, "consumer"))
                        .since(KAFKA_4_0),
                Case.of(AREA, "describeConsumerGroups: unknown group", GroupAdminCases::describeUnknown),
                Case.of(AREA, "describeClassicGroups", GroupAdminCases::describeClassic)
                        .since(KAFKA_4_0),
                Case.quick(AREA, "listConsumerGroups, by state too", GroupAdminCases::list),
                Case.of(AREA, "listGroups", GroupAdminCases::listGroups).since(KAFKA_4_0),
                Case.quick(AREA, "listConsumerGroupOffsets", GroupAdminCases::offsets),
                Case.of(AREA, "alterConsumerGroupOffsets", GroupAdminCases::alterOffsets),
                Case.of(
                        AREA,
                        "alterConsumerGroupOffsets of a group with members is refused",
                        GroupAdminCases::alterUsed),
                Case.of(AREA, "deleteConsumerGroupOffsets", GroupAdminCases::deleteOffsets),
                Case.of(AREA, "deleteConsumerGroups", GroupAdminCases::delete),
                Case.of(AREA, "deleteConsumerGroups: what is refused", GroupAdminCases::refusedDeletions),
                Case.of(AREA, "removeMembersFromConsumerGroup", GroupAdminCases::removeMembers),
                Case.of(AREA, "offsets of a topic go with it", GroupAdminCases::deletedTopic));
    }

    private static ConsumerGroupDescription describe1(Session session, String group) throws Exception {
        return session.get(
                        session.admin().describeConsumerGroups(List.of(group)).all())
                .get(group);
    }

    /** The state by its name, which is the same in all clients. */
    private static String state(ConsumerGroupDescription description) throws Exception {
        return Newer.call(description, Session.clientVersion() >= KAFKA_4_0 ? "groupState" : "state")
                .toString();
    }

    private static void describe(Session session, String protocol) throws Exception {
        String topic = session.topic(4);
        String group = session.fresh("group");
        Map<String, Object> settings = protocol.equals("consumer")
                ? Map.of("group.id", group, "group.protocol", protocol, "client.id", "teller")
                : Map.of("group.id", group, "client.id", "teller");
        Member member = Member.join(session, settings, topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 4);
        Expect.eventually(
                "the group is stable", () -> state(describe1(session, group)).equals("Stable"));
        ConsumerGroupDescription description = describe1(session, group);
        Expect.equal(description.members().size(), 1, "the number of members");
        MemberDescription told = description.members().iterator().next();
        Expect.equal(told.clientId(), "teller", "the client id");
        Expect.equal(told.host(), "/127.0.0.1", "the host");
        Expect.equal(told.assignment().topicPartitions().size(), 4, "the number of partitions assigned");
        Expect.equal(
                description.partitionAssignor(), protocol.equals("consumer") ? "uniform" : "range", "the assignor");
        Expect.that(description.coordinator().id() >= 1, "the coordinator is " + description.coordinator());
        member.close();
        Expect.eventually(
                "the group is empty", () -> state(describe1(session, group)).equals("Empty"));
    }

    private static void describeUnknown(Session session) throws Exception {
        String group = session.fresh("group");
        if (Session.clientVersion() >= KAFKA_4_0) {
            Expect.refused("GroupIdNotFoundException", () -> describe1(session, group));
        } else {
            Expect.equal(state(describe1(session, group)), "Dead", "the state");
        }
    }

    private static void describeClassic(Session session) throws Exception {
        String topic = session.topic(2);
        String group = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", group), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 2);
        Object result = Newer.call(session.admin(), "describeClassicGroups", List.of(group));
        Object description = ((Map<?, ?>) session.outcome(Newer.call(result, "all"))).get(group);
        Expect.equal(Newer.call(description, "protocol"), "consumer", "the protocol");
        Expect.equal(((Collection<?>) Newer.call(description, "members")).size(), 1, "the number of members");
    }

    private static void list(Session session) throws Exception {
        String topic = session.topic(1);
        String group = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", group), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 1);
        Expect.eventually("the group is listed", () -> listed(session, group));
        Expect.eventually(
                "the group is stable", () -> state(describe1(session, group)).equals("Stable"));
        Expect.that(inState(session, "STABLE", group), "the group is not listed as stable");
        Expect.that(!inState(session, "EMPTY", group), "the group is listed as empty");
    }

    private static boolean listed(Session session, String group) throws Exception {
        for (ConsumerGroupListing each :
                session.get(session.admin().listConsumerGroups().all())) {
            if (each.groupId().equals(group)) {
                return !each.isSimpleConsumerGroup();
            }
        }
        return false;
    }

    private static boolean inState(Session session, String state, String group) throws Exception {
        org.apache.kafka.clients.admin.ListConsumerGroupsOptions options =
                new org.apache.kafka.clients.admin.ListConsumerGroupsOptions();
        Object constant = Newer.constant("org.apache.kafka.common.ConsumerGroupState", state);
        Newer.call(options, "inStates", Set.of(constant));
        return session.get(session.admin().listConsumerGroups(options).all()).stream()
                .anyMatch(each -> each.groupId().equals(group));
    }

    private static void listGroups(Session session) throws Exception {
        String topic = session.topic(1);
        String group = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", group, "group.protocol", "consumer"), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 1);
        Collection<?> groups =
                (Collection<?>) session.outcome(Newer.call(Newer.call(session.admin(), "listGroups"), "all"));
        String type = "none";
        for (Object each : groups) {
            if (Newer.call(each, "groupId").equals(group)) {
                type = Newer.call(each, "type").toString();
            }
        }
        Expect.that(type.contains("Consumer"), "the type is " + type);
    }

    /** A group that exists by its offsets only: partition 0 at 3, partition 1 at 4. */
    private static String groupWithOffsets(Session session, String topic) throws Exception {
        String group = session.fresh("group");
        session.write(topic, 0, 5);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", group));
        consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
        consumer.commitSync(Map.of(
                new TopicPartition(topic, 0), new OffsetAndMetadata(3),
                new TopicPartition(topic, 1), new OffsetAndMetadata(4)));
        return group;
    }

    private static long offset(Session session, String group, TopicPartition partition) throws Exception {
        OffsetAndMetadata offset = session.get(
                        session.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .get(partition);
        return offset == null ? -1 : offset.offset();
    }

    private static void offsets(Session session) throws Exception {
        String topic = session.topic(2);
        String group = groupWithOffsets(session, topic);
        Expect.equal(offset(session, group, new TopicPartition(topic, 0)), 3L, "the offset of partition 0");
        Expect.equal(offset(session, group, new TopicPartition(topic, 1)), 4L, "the offset of partition 1");
        Expect.equal(offset(session, session.fresh("group"), new TopicPartition(topic, 1)), -1L, "of another group");
    }

    private static void alterOffsets(Session session) throws Exception {
        String topic = session.topic(2);
        String group = groupWithOffsets(session, topic);
        TopicPartition partition = new TopicPartition(topic, 0);
        session.get(session.admin()
                .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1)))
                .all());
        Expect.equal(offset(session, group, partition), 1L, "the offset");
        String fresh = session.fresh("group");
        session.get(session.admin()
                .alterConsumerGroupOffsets(fresh, Map.of(partition, new OffsetAndMetadata(2)))
                .all());
        Expect.equal(offset(session, fresh, partition), 2L, "the offset of a group that was not there");
    }

    private static void alterUsed(Session session) throws Exception {
        String topic = session.topic(1);
        String group = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", group), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 1);
        TopicPartition partition = new TopicPartition(topic, 0);
        Expect.refused(
                "UnknownMemberIdException",
                () -> session.get(session.admin()
                        .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(1)))
                        .all()));
    }

    private static void deleteOffsets(Session session) throws Exception {
        String topic = session.topic(2);
        String group = groupWithOffsets(session, topic);
        TopicPartition first = new TopicPartition(topic, 0);
        session.get(
                session.admin().deleteConsumerGroupOffsets(group, Set.of(first)).all());
        Expect.equal(offset(session, group, first), -1L, "the offset of partition 0");
        Expect.equal(offset(session, group, new TopicPartition(topic, 1)), 4L, "the offset of partition 1");
        String used = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", used), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 2);
        Expect.refused(
                "GroupSubscribedToTopicException",
                () -> session.get(session.admin()
                        .deleteConsumerGroupOffsets(used, Set.of(first))
                        .partitionResult(first)));
    }

    private static void delete(Session session) throws Exception {
        String topic = session.topic(2);
        String group = groupWithOffsets(session, topic);
        session.get(session.admin().deleteConsumerGroups(List.of(group)).all());
        Expect.equal(offset(session, group, new TopicPartition(topic, 0)), -1L, "the offset");
        Expect.that(!listed(session, group), "the group is listed");
    }

    private static void refusedDeletions(Session session) throws Exception {
        String unknown = session.fresh("group");
        Expect.refused(
                "GroupIdNotFoundException",
                () -> session.get(
                        session.admin().deleteConsumerGroups(List.of(unknown)).all()));
        String topic = session.topic(1);
        String group = session.fresh("group");
        Member member = Member.join(session, Map.of("group.id", group), topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 1);
        Expect.refused(
                "GroupNotEmptyException",
                () -> session.get(
                        session.admin().deleteConsumerGroups(List.of(group)).all()));
    }

    private static void removeMembers(Session session) throws Exception {
        String topic = session.topic(2);
        String group = session.fresh("group");
        Map<String, Object> settings =
                Map.of("group.id", group, "group.instance.id", "named", "session.timeout.ms", 60_000);
        Member member = Member.join(session, settings, topic);
        Expect.eventually("the member has all", () -> member.partitions().size() == 2);
        member.close();
        Expect.equal(describe1(session, group).members().size(), 1, "the number of members when it has gone");
        session.get(session.admin()
                .removeMembersFromConsumerGroup(
                        group, new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("named"))))
                .all());
        Expect.eventually(
                "the group is empty", () -> state(describe1(session, group)).equals("Empty"));
    }

    private static void deletedTopic(Session session) throws Exception {
        String topic = session.topic(2);
        String other = session.topic(1);
        String group = groupWithOffsets(session, topic);
        TopicPartition kept = new TopicPartition(other, 0);
        session.get(session.admin()
                .alterConsumerGroupOffsets(group, Map.of(kept, new OffsetAndMetadata(2)))
                .all());
        session.get(session.admin().deleteTopics(List.of(topic)).all());
        Expect.eventually("its offsets are gone", () -> offset(session, group, new TopicPartition(topic, 0)) == -1);
        Expect.equal(offset(session, group, kept), 2L, "the offset of another topic");
    }
}
