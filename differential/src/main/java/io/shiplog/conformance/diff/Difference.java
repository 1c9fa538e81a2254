// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

/**
 * One field that the two answered differently.
 *
 * @param path    of the field within the answer
 * @param kafka   its value, or "absent"
 * @param shiplog its value, or "absent"
 */
record Difference(String path, String kafka, String shiplog) {}
