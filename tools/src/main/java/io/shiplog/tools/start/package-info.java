// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What makes the tools start faster, done once after a build by {@code bin/lib/class-data.sh}. */
package io.shiplog.tools.start;
