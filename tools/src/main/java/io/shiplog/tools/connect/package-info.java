// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** How a command finds the cluster and reaches it: options, addresses, names, changes of settings, and what is said when it does not answer. */
package io.shiplog.tools.connect;
