// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import org.apache.kafka.common.Uuid;

/** Whose data directory this is. Written once; a directory of another cluster or node is refused. */
public record DirectoryStamp(String clusterId, int nodeId, Uuid directoryId) {}
