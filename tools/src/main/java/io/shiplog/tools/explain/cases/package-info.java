// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Troubles are staged in a local cluster, and {@code explain} has to name the cause, the node and the remedy of each (docs/admin-api.md). */
package io.shiplog.tools.explain.cases;
