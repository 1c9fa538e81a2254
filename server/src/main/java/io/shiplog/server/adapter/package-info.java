// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Joins the modules: what the metadata says becomes replicas, logs and fetchers; what replicas and Kafka clients want becomes
 * commands to the quorum. Values are converted here and nowhere else.
 */
package io.shiplog.server.adapter;
