// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The metadata quorum and the nodes as the tools see them: where they are, what they say, and what to think of it. */
package io.shiplog.tools.quorum;
