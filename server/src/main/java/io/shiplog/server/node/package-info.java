// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The storage node as a whole: what is started in which order, what watches over it, and how it stops. */
package io.shiplog.server.node;
