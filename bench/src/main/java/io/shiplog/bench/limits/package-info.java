// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What the machine can do at best: other figures are given as ratios to it. */
package io.shiplog.bench.limits;
