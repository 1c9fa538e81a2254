// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Clients that mean no good, against a running cluster: its memory stays bounded, and others go on (docs/fuzzing.md). */
package io.shiplog.tools.hostile;
