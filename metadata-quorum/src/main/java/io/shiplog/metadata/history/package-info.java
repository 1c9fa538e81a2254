// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Who changed what, and when: each quorum node writes a line for every record that it applies, and answers questions about them. */
package io.shiplog.metadata.history;
