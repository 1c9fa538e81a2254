// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import org.apache.kafka.common.TopicPartition;

/** One leader epoch of a partition, on this node. */
interface Election {
    /** Which partition is led. */
    TopicPartition partition();

    /** In which leader epoch. */
    int epoch();

    /** Whether another one leads, or nobody. */
    boolean isOver();
}
