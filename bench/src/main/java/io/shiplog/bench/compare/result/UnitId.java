// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

/**
 * What is measured at once, and found again by a run that resumes.
 *
 * @param row        name of the workload
 * @param contestant its id
 * @param repetition from 1
 * @param scale      name of the sizes
 */
public record UnitId(String row, String contestant, int repetition, String scale) {
    @Override
    public String toString() {
        return row + ", " + contestant + ", " + repetition;
    }
}
