// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Files of a local cluster are damaged while records are acknowledged, and what was promised is checked (docs/corruption.md).
 * {@code bin/damage} runs it.
 */
package io.shiplog.tools.damage;
