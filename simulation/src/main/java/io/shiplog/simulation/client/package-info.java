// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Producers, consumers and an operator, who keep to the rules of Kafka's clients and write down what they see. */
package io.shiplog.simulation.client;
