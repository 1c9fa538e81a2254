// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Commands that look at a cluster and change nothing but topics and voters. */
package io.shiplog.tools.see;
