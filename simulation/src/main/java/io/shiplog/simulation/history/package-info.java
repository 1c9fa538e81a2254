// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What clients asked and were told, with times: the only thing that the checks of the promises may rely on. */
package io.shiplog.simulation.history;
