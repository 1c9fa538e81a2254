// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** How long groups are without a coordinator when its node dies, on a cluster that runs already: Shiplog's or Kafka's. */
package io.shiplog.bench.group;
