// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** One partition's log and the directory that holds many: segments, append, read, truncation, flush, recovery, retention. */
package io.shiplog.storage.log;
