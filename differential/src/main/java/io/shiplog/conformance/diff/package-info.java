// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Sends the same requests to Shiplog and to Apache Kafka, and compares the decoded answers field by field. Requests and answers are
 * Kafka's generated message classes; nothing of a client stands in between. {@code bin/conformance diff} runs it.
 */
package io.shiplog.conformance.diff;
