// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Hostile bytes made by chance from a seed, and what may come of them: docs/fuzzing.md. */
package io.shiplog.fuzz;
