// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Called on the client's thread, one call at a time, in metadata order; must not block. */
public interface MetadataListener {
    /** The metadata moved from one image to the next; {@code delta} says what differs. Offsets never go back. */
    void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta);

    /**
     * The controller no longer knows this registration (stale broker epoch, another incarnation took the id, broker removed). Heartbeats have
     * stopped and the lease has ended: the node registers again or stops. Being fenced is not this; that is seen in the image.
     */
    void onRegistrationLost(Errors error, String message);

    /** The controller wants to know how far this node's logs of these partitions go: {@link MetadataClient#reportLogInfo}. */
    default void onLogInfoWanted(List<PartitionId> partitions) {}

    /**
     * The metadata cannot be followed any more: a record of a kind that this version does not know, a contradiction, or an exception of this
     * listener. The client has stopped, heartbeats too; the node must stop.
     */
    default void onFailure(RuntimeException failure) {
        throw failure;
    }
}
