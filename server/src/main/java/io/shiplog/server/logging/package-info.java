// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The log backend (logback), the only package that knows it: everybody else logs through slf4j. */
package io.shiplog.server.logging;
