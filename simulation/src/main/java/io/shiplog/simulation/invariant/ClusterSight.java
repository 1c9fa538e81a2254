// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;
import java.util.List;

/** The whole cluster as nobody in it sees it. */
public interface ClusterSight {
    long nowMs();

    /** How many events there have been; observations are dated by it. */
    long events();

    /** The newest metadata that are agreed on. */
    MetadataImage agreed();

    /** All brokers, running or not, by id. */
    List<BrokerSight> brokers();

    /** The images of the quorum nodes that run. */
    List<MetadataImage> quorumImages();
}
