// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Cluster metadata: who leads each partition, its epoch, its in-sync replicas and all configuration, agreed through Ratis. */
package io.shiplog.metadata;
