// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What every trial on real processes needs: start a cluster, load it, disturb it, check it. The stock Kafka client sends and reads; a ledger
 * knows what was acknowledged. Power cuts, damage, chaos and the demo are built from it.
 */
package io.shiplog.tools.trial;
