// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Stories that can be read aloud and are carried out: each line of a {@code scenarios/*.txt} is a step in plain words on a cluster of the
 * simulator, something that happens or something that must be so (at once or soon, in virtual time).
 */
package io.shiplog.simulation.scenario;
