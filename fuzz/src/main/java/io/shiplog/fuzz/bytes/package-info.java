// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Makes bytes: messages by their schema, batches, and changes of either. */
package io.shiplog.fuzz.bytes;
