// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/**
 * What a round of cleaning may use.
 *
 * @param mapBytes memory for the keys
 * @param pace is told of all that is read and written
 */
public record CleaningBudget(long mapBytes, Pace pace) {}
