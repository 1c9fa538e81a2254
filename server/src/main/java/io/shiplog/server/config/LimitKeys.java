// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static io.shiplog.server.config.ConfigKey.bool;
import static io.shiplog.server.config.ConfigKey.longNumber;
import static io.shiplog.server.config.ConfigKey.wholeNumber;

import io.shiplog.server.net.NetSettings;
import io.shiplog.server.quota.QuotaWindows;
import java.util.List;

/** The keys that say what clients may have of a node, beside those of its connections in {@link StorageKeys}. */
final class LimitKeys {
    private static final int KIB = 1024;

    static final ConfigKey<Integer> MAX_CONNECTION_CREATION_RATE = wholeNumber(
            "max.connection.creation.rate",
            1_000,
            1,
            Integer.MAX_VALUE,
            "Connections that the node takes in a second, over the time that quotas are measured; more wait to be accepted. (Kafka has no limit.)");
    static final ConfigKey<Long> QUEUED_MAX_RESPONSE_BYTES = longNumber(
            "queued.max.response.bytes",
            NetSettings.DEFAULT_ANSWER_BYTES,
            64 * KIB,
            Long.MAX_VALUE,
            "Ours. Bytes of answers in memory that clients have not taken, of all connections together. From the half of it on short runs of "
                    + "records are sent from the file, too; beyond it connections that hold the most are closed.");
    static final ConfigKey<Integer> QUOTA_WINDOW_NUM = wholeNumber(
            "quota.window.num",
            QuotaWindows.DEFAULT.count(),
            2,
            1_000,
            "Windows of time over which the rates of quotas are measured, the current one among them.");
    static final ConfigKey<Integer> QUOTA_WINDOW_SIZE_SECONDS = wholeNumber(
            "quota.window.size.seconds",
            QuotaWindows.DEFAULT.sizeSeconds(),
            1,
            3_600,
            "Length of each of these windows.");
    static final ConfigKey<Boolean> AUTO_CREATE_TOPICS_ENABLE = bool(
            "auto.create.topics.enable",
            false,
            "Whether a topic that a client asks for, and may create by asking, is created with what topics get whose creator does not say. "
                    + "(Kafka's default is true.)");

    private LimitKeys() {}

    /** All of them, in the order of documentation. */
    static List<ConfigKey<?>> all() {
        return List.of(
                MAX_CONNECTION_CREATION_RATE,
                QUEUED_MAX_RESPONSE_BYTES,
                QUOTA_WINDOW_NUM,
                QUOTA_WINDOW_SIZE_SECONDS,
                AUTO_CREATE_TOPICS_ENABLE);
    }
}
