// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The metadata quorum as the tools see it: where it is, and what it says of the cluster's nodes. */
package io.shiplog.tools.quorum;
