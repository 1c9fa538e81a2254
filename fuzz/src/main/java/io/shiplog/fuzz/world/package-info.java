// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** A small cluster that consists of its metadata and the real controller, for requests that get as far as a handler. */
package io.shiplog.fuzz.world;
