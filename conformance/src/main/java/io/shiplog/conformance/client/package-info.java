// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Cases that a Java client runs against a cluster, whoever made it. Written against the oldest client that is tried; methods that it lacks
 * are called by name ({@link io.shiplog.conformance.client.Newer}). What runs on the class path says which client it is.
 */
package io.shiplog.conformance.client;
