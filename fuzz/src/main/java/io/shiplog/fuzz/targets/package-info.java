// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What hostile bytes are given to, one class each. */
package io.shiplog.fuzz.targets;
