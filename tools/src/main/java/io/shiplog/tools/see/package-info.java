// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Commands that look at a cluster, and those below them that change topics and settings. */
package io.shiplog.tools.see;
