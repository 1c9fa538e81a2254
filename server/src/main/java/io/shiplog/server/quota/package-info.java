// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Client quotas (KIP-13, 124, 219, 257, 546, 612): whom they concern, what clients have used, and for how long those who used too
 * much are not read from. Knows no socket and no clock; the rates are Kafka's own ({@code org.apache.kafka.common.metrics}).
 */
package io.shiplog.server.quota;
