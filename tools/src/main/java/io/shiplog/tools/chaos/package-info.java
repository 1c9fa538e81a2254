// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * A cluster of real processes under load, one of which is killed, paused or restarted every few seconds; then nothing acknowledged may be lost,
 * doubled or out of order. {@code bin/chaos} runs it; {@code docs/chaos.md} says what it proves.
 */
package io.shiplog.tools.chaos;
