// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The admin tool's start, with all its commands, and the rehearsal of what the tools mostly do. */
package io.shiplog.tools;
