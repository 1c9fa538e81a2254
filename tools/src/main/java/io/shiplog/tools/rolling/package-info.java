// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Restarts the processes of a local cluster one after the other, each only when the cluster can do without it. */
package io.shiplog.tools.rolling;
