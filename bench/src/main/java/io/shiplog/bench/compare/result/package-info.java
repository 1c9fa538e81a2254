// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What was measured: a line of JSON for each unit, which a later run finds again. */
package io.shiplog.bench.compare.result;
