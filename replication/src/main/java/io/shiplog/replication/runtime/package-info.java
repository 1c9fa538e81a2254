// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Runs the replication cores: one {@link io.shiplog.replication.runtime.Replica} per partition of this node, owned by one
 * {@link io.shiplog.replication.runtime.EventLoop}. It carries out the effects of the cores on the log and tells those who
 * wait.
 */
package io.shiplog.replication.runtime;
