// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Creates topics with three replicas, for clients that cannot. */
public final class TopicsMain {
    private TopicsMain() {}

    /** Arguments: bootstrap, then NAME:PARTITIONS... */
    public static void main(String[] arguments) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
            Session session = new Session(arguments[0], "topics", admin);
            List<NewTopic> topics = new ArrayList<>();
            for (int i = 1; i < arguments.length; i++) {
                String[] topic = arguments[i].split(":", 2);
                topics.add(new NewTopic(topic[0], Integer.parseInt(topic[1]), (short) 3));
            }
            session.get(admin.createTopics(topics).all());
            for (NewTopic each : topics) {
                session.awaitLeaders(each.name());
            }
        }
    }
}
