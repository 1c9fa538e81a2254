// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What cannot be rebuilt from segments: flush marks, log start offsets, high watermarks, the clean mark. */
package io.shiplog.storage.marks;
