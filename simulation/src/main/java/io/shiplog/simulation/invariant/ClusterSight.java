// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;
import java.util.List;

/** The whole cluster as nobody in it sees it. */
public interface ClusterSight {
    /** {@link #touched} when anybody may have changed. */
    int ALL = -1;

    /** {@link #touched} when nobody changed since it was looked at. */
    int NOBODY = -2;

    /** Virtual time in microseconds; observations are dated by it. */
    long nowUs();

    /** The only broker that the last event may have changed, {@link #ALL} or {@link #NOBODY}. */
    int touched();

    /** Whether operators may have elections that lose records, although nothing is wrong. */
    boolean electsUncleanly();

    /** The newest metadata that are agreed on. */
    MetadataImage agreed();

    /**
     * The metadata after each command that was agreed on since an image, the newest ones last: one entry of the log, or several that a quorum
     * node applies at once, may carry out many.
     */
    List<MetadataImage> agreedSince(MetadataImage known);

    /** All brokers, running or not, by id. */
    List<BrokerSight> brokers();

    /** The images of the quorum nodes that run. */
    List<MetadataImage> quorumImages();
}
