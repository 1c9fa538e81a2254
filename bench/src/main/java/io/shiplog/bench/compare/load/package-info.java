// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What clusters are given to do, and the check that what they acknowledged is there. */
package io.shiplog.bench.compare.load;
