// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

/** How many clients attack: where it is about connections, and where each asks for something; and for how long. */
record Crowd(int connections, int fetches, long holdMs) {}
