// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.List;

/**
 * The features that this software has, and in which levels. What a cluster uses of them is agreed on
 * ({@link RegistryImage#featureLevels}); a node that does not support what is in use is not let in.
 *
 * <p>A feature that Kafka has and that is absent here tells clients not to rely on it.
 */
public final class Features {
    /**
     * Kafka's level of the metadata rules that the cluster follows, so that tools which know Kafka's numbers show the right
     * version: 30 is 4.3-IV0.
     */
    public static final String METADATA_VERSION = "metadata.version";
    /** Ours: the kinds and versions of records that may be agreed on. 2: settings of groups. 3: jobs and cordoned nodes. */
    public static final String SHIPLOG_METADATA_VERSION = "shiplog.metadata.version";
    /** KIP-966; always in use. */
    public static final String ELIGIBLE_LEADER_REPLICAS_VERSION = "eligible.leader.replicas.version";

    /** KIP-848: consumer groups. At level 0 nodes coordinate classic groups only. */
    public static final String GROUP_VERSION = "group.version";
    /** KIP-1071: streams groups. */
    public static final String STREAMS_VERSION = "streams.version";

    private static final int KAFKA_4_3 = 30;

    private static final List<SupportedFeature> SUPPORTED = List.of(
            new SupportedFeature(ELIGIBLE_LEADER_REPLICAS_VERSION, 1, 1),
            new SupportedFeature(GROUP_VERSION, 0, 1),
            new SupportedFeature(METADATA_VERSION, KAFKA_4_3, KAFKA_4_3),
            new SupportedFeature(SHIPLOG_METADATA_VERSION, 1, JobsImage.FIRST_LEVEL),
            new SupportedFeature(STREAMS_VERSION, 0, 1));

    private Features() {}

    /** What this software supports, by name. */
    public static List<SupportedFeature> supported() {
        return SUPPORTED;
    }

    /** What a node supports that names no features: the first software of all, which did not name them yet. */
    public static List<SupportedFeature> unnamed() {
        return SUPPORTED;
    }
}
