// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Scale and speed of the metadata quorum: JMH for its pure parts, and a measured run against three real quorum nodes. */
package io.shiplog.bench.metadata;
