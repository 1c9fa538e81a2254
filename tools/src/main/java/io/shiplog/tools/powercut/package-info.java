// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Power cuts for real: nodes of a local cluster with their data on loop-mounted ext4 images whose power is cut by an ioctl, and a check of
 * what was promised before. {@code bin/powercut} runs it; {@code docs/power-loss.md} says what it proves.
 */
package io.shiplog.tools.powercut;
