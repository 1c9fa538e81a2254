// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Kafka Streams applications as a case: a word count with a state store that is restarted in the middle. */
package io.shiplog.conformance.streams;
