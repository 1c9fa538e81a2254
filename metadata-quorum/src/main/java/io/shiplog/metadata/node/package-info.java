// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The quorum node: its configuration, its start and stop, the active controller's shell, and what its endpoint serves. */
package io.shiplog.metadata.node;
