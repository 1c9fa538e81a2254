// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Tests that run the scripts of {@code bin/} and with them real processes. */
package io.shiplog.tools.cluster;
